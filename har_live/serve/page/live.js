// The live sources: for each a picture with people drawn over it, and what is seen.
//
// A card asks for the next picture when it has shown the last one (har_live/serve/sources.py,
// `watch`): a slow or hidden tab asks seldom, and always gets the newest.

import { clock, complaint, make, percent, readable } from "./dom.js";
import { drawPeople } from "./people.js";
import { Seen } from "./seen.js";
import { colourOfLabel } from "./timeline.js";

const WORDS = { opening: "Opening…", live: "Live", lost: "Lost, trying again", ended: "Ended" };
const NUM_LATELY = 6;
const AGAIN_MS = [500, 1000, 2000, 4000, 8000];
let cards = [];
let visit = 0; // a list that comes after the section was left is nobody's

export async function show(body) {
  const mine = ++visit;
  body.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch("api/sources");
    if (!answer.ok) throw new Error(await complaint(answer));
    const sources = await answer.json();
    if (mine !== visit) return;
    body.replaceChildren(sources.length ? grid(sources) : nothing());
  } catch (error) {
    if (mine !== visit) return;
    body.replaceChildren(make("p", { class: "bad", role: "alert" }, `No answer: ${error.message}`),
      make("button", { type: "button", onclick: () => show(body) }, "Try again"));
  } finally {
    body.removeAttribute("aria-busy");
  }
}

export function hide() {
  visit++;
  for (const card of cards) card.close();
  cards = [];
}

function grid(sources) {
  cards = sources.map((source) => new Card(source));
  return make("div", { class: "cards" }, ...cards.map((card) => card.element));
}

function nothing() {
  return make("div", { class: "card" }, make("div", { class: "inside" },
    make("h3", {}, "No source was named"),
    make("p", { class: "hint" }, "Start the server with a camera or an address to see it here: ",
      make("code", {}, "har-live serve rtsp://host/stream")),
    make("p", {}, make("a", { href: "#camera" }, "Use this device's camera"), " or ",
      make("a", { href: "#video" }, "open a video"), ".")));
}

class Card {
  constructor(source) {
    this.source = source;
    this.picture = make("canvas", { "aria-hidden": "true" });
    if (source.is_mirrored) this.picture.classList.add("mirrored");
    this.overlay = make("canvas", { role: "img", "aria-label": `Picture of ${source.name}` });
    this.notice = make("p", { class: "notice" });
    this.pill = make("span", { class: "pill opening" }, WORDS.opening);
    this.stage = make("div", { class: "stage" }, this.picture, this.overlay, this.notice);
    this.seen = new Seen(source.name);
    this.over = [];
    this.lately = make("ol", { class: "lately", "aria-label": "Actions that are over, newest first" });
    this.pictureTimes = [];
    this.tries = 0;
    this.element = make("article", { class: "card", "aria-label": source.name }, this.stage,
      make("div", { class: "inside" },
        make("div", { class: "top" }, make("h3", {}, source.name), this.pill),
        this.seen.element, this.lately));
    this.turn(source.state);
    this.connect();
  }

  connect() {
    const url = new URL(`api/sources/${this.source.number}/watch`, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    url.hash = "";
    this.socket = new WebSocket(url);
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => this.socket.send("next");
    this.socket.onmessage = (message) => this.take(message.data);
    this.socket.onclose = () => this.again();
  }

  again() {
    if (this.isClosed) return;
    this.turn("lost", "No connection to the server, trying again");
    this.timer = setTimeout(() => this.connect(), AGAIN_MS[Math.min(this.tries++, 4)]);
  }

  close() {
    this.isClosed = true;
    clearTimeout(this.timer);
    this.socket.close();
  }

  async take(data) {
    this.tries = 0;
    const length = new DataView(data).getUint32(0);
    const { state, moment, over } = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, length)));
    if (data.byteLength > 4 + length) await this.paint(data.slice(4 + length));
    await new Promise(requestAnimationFrame); // none comes while the tab is hidden
    if (this.isClosed) return;
    this.turn(state);
    this.seen.update(state === "live" ? moment : null);
    if (over.length) this.listOver(over);
    const people = state === "live" && moment ? moment.people : [];
    drawPeople(this.overlay, people, {
      width: this.picture.width, height: this.picture.height,
      main: moment?.person, mirrored: this.source.is_mirrored,
    });
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send("next");
  }

  async paint(jpeg) {
    let bitmap;
    try {
      bitmap = await createImageBitmap(new Blob([jpeg], { type: "image/jpeg" }));
    } catch {
      return; // damaged on the way: the next one comes
    }
    if (this.picture.width !== bitmap.width || this.picture.height !== bitmap.height) {
      this.picture.width = bitmap.width;
      this.picture.height = bitmap.height;
      this.stage.style.aspectRatio = `${bitmap.width} / ${bitmap.height}`;
    }
    this.picture.getContext("2d").drawImage(bitmap, 0, 0);
    bitmap.close();
    this.countPicture();
  }

  countPicture() {
    const now = performance.now();
    this.pictureTimes.push(now);
    while (this.pictureTimes[0] < now - 2000) this.pictureTimes.shift();
    this.seen.fact("Pictures", `${Math.round(this.pictureTimes.length / 2)} a second`);
  }

  listOver(over) {
    this.over = [...over.reverse(), ...this.over].slice(0, NUM_LATELY);
    this.lately.replaceChildren(...this.over.map((segment) => {
      const dot = make("span", { class: "dot", "aria-hidden": "true" });
      dot.style.background = colourOfLabel(segment.label);
      const time = `${clock(segment.start_seconds)} – ${clock(segment.end_seconds)}`;
      return make("li", {}, dot, make("span", { class: "time" }, time),
        make("span", {}, readable(segment.label)),
        make("span", { class: "share" }, percent(segment.mean_confidence)));
    }));
  }

  turn(state, words = WORDS[state]) {
    if (this.pill.textContent === words && this.pill.classList.contains(state)) return;
    this.pill.className = `pill ${state}`;
    this.pill.textContent = words;
    this.notice.textContent = words;
    this.notice.hidden = state === "live";
  }
}
