// "This camera": the visitor's own picture goes to the server, labels come back and are drawn here.

import { make, percent, readable } from "./dom.js";
import { Link, Refused, cameras, closeCamera, keepAwake, openCamera } from "./rtc.js";
import { Stage } from "./stage.js";

const RETRY_SECONDS = [1, 2, 4, 8];
const SPAN_SECONDS = 30;

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
  #history = [];

  #onLine = () => this.#retryTimer && this.#connect();

  constructor(body) {
    addEventListener("online", this.#onLine);
    this.stage = new Stage({ mirrored: true });
    this.weights = make("select", { id: "camera-weights", onchange: () => this.#restart() });
    this.device = make("select", { id: "camera-device", onchange: () => this.#restart() });
    this.deviceField = make("p", { hidden: true },
      make("label", { for: "camera-device" }, "Camera "), this.device);
    const mirror = make("input", {
      type: "checkbox", id: "camera-mirror", checked: true,
      onchange: () => { this.stage.mirrored = mirror.checked; this.#draw(); },
    });
    this.button = make("button", { type: "button", class: "primary", onclick: () => this.#toggle() }, "Start");
    this.state = make("p", { role: "status", class: "state" });
    this.now = make("p", { role: "status", class: "now" });
    this.figures = make("p", { class: "figures" });
    this.timeline = make("canvas", { class: "strip", width: 600, height: 24, role: "img" });
    body.replaceChildren(
      make("p", { class: "hint" }, `What your camera sees goes to ${location.host}, is looked at there `
        + "and forgotten: no picture is stored or sent on."),
      make("div", { class: "controls" },
        make("p", {}, make("label", { for: "camera-weights" }, "Weights "), this.weights),
        this.deviceField,
        make("p", {}, mirror, make("label", { for: "camera-mirror" }, " As in a mirror")),
        this.button),
      this.state, this.stage.element, this.now, this.timeline, this.figures,
    );
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

  stop(text = "") {
    this.#link?.close();
    this.#forgetRetry();
    clearInterval(this.#tick);
    closeCamera(this.#stream);
    this.#letSleep?.();
    this.#link = this.#stream = this.#letSleep = this.#moment = null;
    this.#history = [];
    this.stage.show(null);
    this.stage.clear();
    this.button.textContent = "Start";
    this.state.textContent = text;
    this.now.textContent = this.figures.textContent = "";
    this.#drawTimeline();
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
    this.state.textContent = "Waiting for the camera …";
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
    this.state.textContent = "Connecting …";
    this.#link = new Link(this.#stream, { weights: this.weights.value || null }, {
      onMessage: (message) => this.#hear(message),
      onEnd: (error) => error && this.#lose(error),
    });
  }

  #lose(error) {
    this.#link = this.#moment = null;
    this.stage.clear();
    this.now.textContent = "";
    if (error instanceof Refused) {
      this.stop(sentence(error.message));
      return;
    }
    const seconds = RETRY_SECONDS[Math.min(this.#retries, RETRY_SECONDS.length - 1)];
    this.#retries += 1;
    this.state.textContent = `The connection was lost; trying again in ${seconds} s.`;
    this.#retryTimer = setTimeout(() => this.#connect(), 1000 * seconds);
  }

  #hear(moment) {
    this.#retries = 0;
    this.#moment = moment;
    this.state.textContent = "";
    this.#history.push([performance.now(), moment.label]);
    while (performance.now() - this.#history[0][0] > 1000 * SPAN_SECONDS) this.#history.shift();
    this.#draw();
    const label = moment.warming_up === null ? readable(moment.label) : "Looking …";
    if (this.now.dataset.label !== label || !this.now.textContent) {
      this.now.dataset.label = label; // told to screen readers when it changes only
      this.now.textContent = label;
    }
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
    const parts = [
      moment.confidence === null ? "" : `sure by ${percent(moment.confidence)}`,
      delay && `camera to label ${Math.round(delay.median)} ms (95 %: ${Math.round(delay.most)} ms)`,
      `${Math.round(moment.latency_ms)} ms of it in the server`,
      moment.num_dropped ? `${moment.num_dropped} pictures left out` : "",
    ];
    this.figures.textContent = parts.filter(Boolean).join(" · ");
    this.figures.dataset.median = delay?.median ?? "";
    this.figures.dataset.most = delay?.most ?? "";
    this.#drawTimeline();
  }

  /** The labels of the last half minute, newest at the right. */
  #drawTimeline() {
    const { timeline } = this;
    const context = timeline.getContext("2d");
    context.clearRect(0, 0, timeline.width, timeline.height);
    const now = performance.now();
    const x = (time) => timeline.width * (1 - (now - time) / (1000 * SPAN_SECONDS));
    this.#history.forEach(([time, label], index) => {
      if (label === "unsure" || label === "none") return;
      const end = this.#history[index + 1]?.[0] ?? now;
      context.fillStyle = `hsl(${hueOf(label)} 65% 55%)`;
      context.fillRect(x(time), 0, Math.max(1, x(end) - x(time) + 0.5), timeline.height);
    });
    const names = [...new Set(this.#history.map(([, label]) => readable(label)))];
    timeline.setAttribute("aria-label", `Labels of the last ${SPAN_SECONDS} s: ${names.join(", ")}`);
  }
}

function hueOf(label) {
  return [...label].reduce((sum, letter) => (31 * sum + letter.codePointAt(0)) % 360, 7);
}

function sentence(text) {
  return `${text[0].toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}
