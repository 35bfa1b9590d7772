// Open a video: a file or an address, how far it is, then what was seen in it.

import { complaint, make, sentence } from "./dom.js";
import { Player } from "./player.js";

const POLL_MS = 600;
const KEPT = "har-live-video"; // of this tab: a reload comes back to the video
let panel = null;

export function show(body) {
  panel ??= new Panel();
  body.replaceChildren(panel.element);
  panel.resume();
}

export function hide() {
  panel?.pause();
}

class Panel {
  constructor() {
    this.file = make("input", { type: "file", id: "video-file", accept: "video/*,.mkv,.ts,.avi" });
    this.address = make("input", {
      type: "url", id: "video-address", placeholder: "https://…", autocomplete: "off",
      maxlength: 2000,
    });
    this.weights = make("select", { id: "video-weights" });
    this.button = make("button", { class: "main", type: "submit" }, "Recognize");
    this.problem = make("p", { class: "bad", role: "alert" });
    this.form = this.makeForm();
    this.status = make("p", { role: "status" });
    this.bar = make("progress", { max: 1, "aria-label": "Progress" });
    this.stop = make("button", { type: "button", onclick: () => this.forget() }, "Stop");
    this.progress = make("div", { class: "card", hidden: true }, make("div", { class: "inside" },
      this.status, this.bar, make("div", { class: "buttons" }, this.stop)));
    this.result = make("div", {});
    this.element = make("div", { class: "result-page" }, this.form, this.progress, this.result);
    this.id = sessionStorage.getItem(KEPT);
    this.loadWeights();
  }

  makeForm() {
    const drop = make("div", { class: "drop" },
      make("label", { for: "video-file" }, "Choose a video, or drop it here"), this.file);
    for (const name of ["dragenter", "dragover"]) {
      drop.addEventListener(name, (event) => {
        event.preventDefault();
        drop.classList.add("over");
      });
    }
    for (const name of ["dragleave", "drop"]) {
      drop.addEventListener(name, () => drop.classList.remove("over"));
    }
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      if (event.dataTransfer.files.length) this.file.files = event.dataTransfer.files;
    });
    this.file.addEventListener("change", () => { this.address.value = ""; });
    this.address.addEventListener("input", () => { this.file.value = ""; });
    return make("form", { class: "card", onsubmit: (event) => this.submit(event), novalidate: true },
      make("div", { class: "inside" }, drop,
        make("p", { class: "or" }, "or"),
        make("div", { class: "columns" },
          make("div", { class: "field" },
            make("label", { for: "video-address" }, "Address of a video"), this.address),
          make("div", { class: "field" },
            make("label", { for: "video-weights" }, "Weights"), this.weights)),
        this.problem, make("div", { class: "buttons" }, this.button)));
  }

  async loadWeights() {
    const answer = await fetch("api/models").catch(() => null);
    const models = answer?.ok ? await answer.json() : [];
    this.weights.replaceChildren(...models.map(({ name, is_default, is_own }) => make("option",
      { value: name, selected: is_default }, is_own ? `${name} (taught here)` : name)));
  }

  async submit(event) {
    event.preventDefault();
    this.problem.textContent = "";
    const file = this.file.files[0];
    const address = this.address.value.trim();
    if (!file && !address) {
      this.problem.textContent = "Choose a file, or give an address.";
      this.file.focus();
      return;
    }
    const query = new URLSearchParams();
    if (file) query.set("name", file.name);
    if (this.weights.value) query.set("weights", this.weights.value);
    this.begin(file ? `Sending ${file.name}` : "Asking for the video");
    try {
      const video = await this.send(`api/predict?${query}`, file, address);
      this.id = video.id;
      sessionStorage.setItem(KEPT, video.id);
      this.follow(video);
    } catch (error) {
      this.fail(error.message);
    }
  }

  /** Send the file or the address; fetch can't tell how much of a file has gone. */
  send(url, file, address) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      this.request = request;
      request.open("POST", url);
      request.responseType = "text";
      request.setRequestHeader("Content-Type", file ? "application/octet-stream" : "application/json");
      request.upload.onprogress = ({ loaded, total }) => this.advance(file && total ? loaded / total : null);
      request.onerror = () => reject(new Error(
        "The connection broke: the video may be too large, or the server busy or away."));
      request.onabort = () => reject(new Error("Stopped."));
      request.onload = async () => {
        if (request.status === 202) resolve(JSON.parse(request.response));
        else reject(new Error(sentence(await complaint(new Response(request.response,
          { status: request.status })))));
      };
      request.send(file ?? JSON.stringify({ address }));
    });
  }

  begin(text) {
    this.result.replaceChildren();
    this.button.disabled = true;
    this.progress.hidden = false;
    this.status.textContent = text;
    this.advance(null);
  }

  advance(share) {
    if (share == null) this.bar.removeAttribute("value");
    else this.bar.value = share;
  }

  fail(text) {
    this.rest();
    this.problem.textContent = text;
    this.problem.scrollIntoView({ block: "nearest" });
  }

  rest() {
    clearTimeout(this.timer);
    this.request = null;
    this.button.disabled = false;
    this.progress.hidden = true;
  }

  resume() {
    if (this.id && !this.player) this.poll();
  }

  pause() {
    clearTimeout(this.timer);
    this.player?.pause();
  }

  async poll() {
    const { id } = this;
    const answer = await fetch(`api/predict/${id}`).catch(() => null);
    if (id !== this.id) return;
    if (answer?.status === 404) {
      this.id = null;
      sessionStorage.removeItem(KEPT);
      if (!this.progress.hidden) this.fail("The server no longer has that video.");
    } else if (answer?.ok) {
      this.follow(await answer.json());
    } else {
      this.timer = setTimeout(() => this.poll(), POLL_MS * 5);
    }
  }

  follow(video) {
    if (video.state === "failed") {
      this.forget();
      this.fail(sentence(video.error));
      return;
    }
    if (video.state === "done") {
      this.finish(video);
      return;
    }
    if (this.progress.hidden) this.begin("");
    const text = words(video);
    if (this.status.textContent !== text) this.status.textContent = text;
    this.advance(video.progress);
    this.timer = setTimeout(() => this.poll(), POLL_MS);
  }

  finish(video) {
    this.rest();
    this.player = new Player(video, { onDelete: () => this.forget() });
    this.result.replaceChildren(this.player.element);
    this.player.title.focus();
  }

  /** Stop, or delete what there is. */
  forget() {
    this.request?.abort();
    if (this.id) fetch(`api/predict/${this.id}`, { method: "DELETE" }).catch(() => {});
    this.id = null;
    this.player = null;
    sessionStorage.removeItem(KEPT);
    this.result.replaceChildren();
    this.rest();
    this.file.focus();
  }
}

function words({ state, stage, place, name }) {
  if (state === "waiting") return `Waiting: ${place} in the queue`;
  if (stage === "fetching") return `Fetching ${name}`;
  return `Recognizing ${name}`;
}
