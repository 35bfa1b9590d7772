// This device's picture with what is known of it drawn over it.

import { make } from "./dom.js";
import { drawPeople } from "./people.js";

const MOST_MEASURED = 300;
const MOST_BELIEVED_MS = 10_000; // more is two clocks that differ, not a delay

export class Stage {
  #people = [];
  #main = null;
  #captured = null;
  #frame = 0;
  #delays = [];

  constructor({ mirrored }) {
    this.mirrored = mirrored;
    this.video = make("video", { muted: true, playsinline: true, autoplay: true, "aria-hidden": "true" });
    this.video.muted = true; // the attribute alone does nothing once it is made
    this.canvas = make("canvas", { "aria-hidden": "true" });
    this.element = make("div", { class: "stage" }, this.video, this.canvas);
  }

  show(stream) {
    this.video.srcObject = stream;
  }

  /** Draw people with the next picture of the screen; the newest wins. */
  tell(people, { main = null, captured = null } = {}) {
    this.#people = people;
    this.#main = main;
    this.#captured = captured;
    if (!this.#frame) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  clear() {
    this.#delays = [];
    this.tell([]);
  }

  /** Milliseconds from the camera to the drawn label: { median, most }, 95 % being within most. */
  get delay() {
    if (!this.#delays.length) return null;
    const sorted = this.#delays.toSorted((a, b) => a - b);
    const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
    return { median: at(0.5), most: at(0.95) };
  }

  #draw() {
    this.#frame = 0;
    const { videoWidth: width, videoHeight: height } = this.video;
    if (!width) return;
    this.video.classList.toggle("mirrored", this.mirrored);
    this.element.style.aspectRatio = `${width} / ${height}`;
    const { mirrored } = this;
    drawPeople(this.canvas, this.#people, { width, height, main: this.#main, mirrored });
    if (this.#captured !== null) this.#measure(this.#captured);
    this.#captured = null;
  }

  #measure(captured) {
    const delay = performance.timeOrigin + performance.now() - captured;
    if (delay <= 0 || delay > MOST_BELIEVED_MS) return;
    this.#delays.push(delay);
    if (this.#delays.length > MOST_MEASURED) this.#delays.shift();
  }
}
