// "This camera": the visitor's own picture goes to the server, labels come back and are drawn here.

import { make, sentence } from "./dom.js";
import { Link, Offline, Refused, cameras, closeCamera, keepAwake, openCamera } from "./rtc.js";
import { Seen } from "./seen.js";
import { Stage } from "./stage.js";

const OFF = "The camera is off";
const RETRY_SECONDS = [1, 2, 4, 8];

let wanted = null; // weights chosen elsewhere in the page
let view = null;

/** Have these weights chosen, and the camera begun with, when the section is shown next. */
export function goLive(weights) {
  wanted = weights;
}

export function show(body) {
  view = new CameraView(body);
  view.offer(wanted);
  wanted = null;
}

export function hide() {
  view?.leave();
  view = null;
}

class CameraView {
  #link = null;
  #stream = null;
  #retries = 0;
  #retryTimer = null;
  #letSleep = null;
  #tick = null;
  #moment = null;

  #onLine = () => this.#retryTimer && this.#connect();

  constructor(body) {
    addEventListener("online", this.#onLine);
    this.stage = new Stage({ mirrored: true });
    this.weights = make("select", { id: "camera-weights", onchange: () => this.#restart() });
    this.device = make("select", { id: "camera-device", onchange: () => this.#restart() });
    this.deviceField = make("div", { class: "field", hidden: true },
      make("label", { for: "camera-device" }, "Camera"), this.device);
    const mirror = make("input", {
      type: "checkbox", id: "camera-mirror", checked: true,
      onchange: () => { this.stage.mirrored = mirror.checked; this.#draw(); },
    });
    this.button = make("button", { type: "button", class: "main", onclick: () => this.#toggle() }, "Start");
    this.state = make("p", { role: "status", class: "notice" });
    this.stage.element.append(this.state);
    this.seenPlace = make("div", {});
    const inside = make("div", { class: "inside" },
      make("div", { class: "buttons" }, this.button,
        make("span", { class: "choice" }, mirror, make("label", { for: "camera-mirror" }, "As in a mirror"))),
      this.seenPlace,
      make("div", { class: "columns" },
        make("div", { class: "field" }, make("label", { for: "camera-weights" }, "Weights"), this.weights),
        this.deviceField),
      make("p", { class: "hint" }, `What your camera sees goes to ${location.host}, is looked at there `
        + "and forgotten: no picture is stored or sent on."));
    body.replaceChildren(make("div", { class: "cards" },
      make("div", { class: "card own-camera" }, this.stage.element, inside)));
    this.#say(OFF);
  }

  /** List the weights; begin at once where some are wished. */
  async offer(wish) {
    const answer = await fetch("api/models").catch(() => null);
    const models = answer?.ok ? await answer.json() : [];
    this.weights.replaceChildren(...models.map((model) => make("option", {
      value: model.name, selected: wish ? model.name === wish : model.is_default,
    }, model.is_own ? `${model.name} (taught here)` : model.name)));
    if (wish && view === this) this.#start();
  }

  leave() {
    removeEventListener("online", this.#onLine);
    this.stop();
  }

  stop(text = OFF) {
    this.#link?.close();
    this.#forgetRetry();
    clearInterval(this.#tick);
    closeCamera(this.#stream);
    this.#letSleep?.();
    this.#link = this.#stream = this.#letSleep = this.#moment = null;
    this.stage.show(null);
    this.stage.clear();
    this.button.textContent = "Start";
    this.#say(text);
    this.seenPlace.replaceChildren();
  }

  /** Say how it stands, over the picture; "": it is live. */
  #say(text) {
    if (this.state.textContent !== text) this.state.textContent = text;
    this.state.hidden = !text;
  }

  #toggle() {
    if (this.#stream) this.stop();
    else this.#start();
  }

  #restart() {
    if (!this.#stream) return;
    this.stop();
    this.#start();
  }

  async #start() {
    this.button.textContent = "Stop";
    this.#say("Waiting for the camera…");
    let stream;
    try {
      stream = await openCamera(this.device.value);
    } catch (error) {
      this.stop(error.message);
      return;
    }
    if (view !== this || this.#stream) {
      closeCamera(stream);
      return;
    }
    this.#stream = stream;
    this.stage.show(stream);
    this.seen = new Seen("Your camera");
    this.seenPlace.replaceChildren(this.seen.element);
    this.#listDevices(stream);
    this.#letSleep = await keepAwake();
    this.#tick = setInterval(() => this.#tellFigures(), 1000);
    this.#connect();
  }

  async #listDevices(stream) {
    const found = await cameras();
    const { deviceId } = stream.getVideoTracks()[0].getSettings();
    this.device.replaceChildren(...found.map((one, number) => make("option", {
      value: one.deviceId, selected: one.deviceId === deviceId,
    }, one.label || `Camera ${number + 1}`)));
    this.deviceField.hidden = found.length < 2;
  }

  #forgetRetry() {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = null;
  }

  #connect() {
    this.#forgetRetry();
    this.#say("Connecting…");
    this.#link = new Link(this.#stream, { weights: this.weights.value || null }, {
      onMessage: (message) => this.#hear(message),
      onEnd: (error) => error && this.#lose(error),
      takeDelay: () => this.stage.takeDelay(),
    });
  }

  #lose(error) {
    this.#link = this.#moment = null;
    this.stage.clear();
    this.seen.update(null);
    if (error instanceof Refused) {
      this.stop(sentence(error.message));
      this.button.textContent = "Try again";
      return;
    }
    const seconds = RETRY_SECONDS[Math.min(this.#retries, RETRY_SECONDS.length - 1)];
    this.#retries += 1;
    const why = error instanceof Offline ? error.message : "The connection was lost";
    this.#say(`${why}; trying again in ${seconds} s`);
    this.#retryTimer = setTimeout(() => this.#connect(), 1000 * seconds);
  }

  #hear(moment) {
    this.#retries = 0;
    this.#moment = moment;
    this.#say("");
    this.#draw();
    const { latency_ms: lookedMs, ...seen } = moment; // the delay that counts is the page's own
    this.seen.update(seen);
    this.seen.fact("In the server", `${Math.round(lookedMs)} ms`);
  }

  #draw() {
    const moment = this.#moment;
    if (!moment) return;
    this.stage.tell(moment.people, { main: moment.person, captured: moment.captured_ms });
  }

  #tellFigures() {
    const moment = this.#moment;
    if (!moment) return;
    const { delay } = this.stage;
    if (delay) {
      this.seen.fact("Camera to label", `${Math.round(delay.median)} ms, 95 % within ${Math.round(delay.most)} ms`);
      this.stage.element.dataset.median = delay.median;
      this.stage.element.dataset.most = delay.most;
    }
    this.seen.fact("Pictures left out", `${moment.num_dropped}`);
  }
}
