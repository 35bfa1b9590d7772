// This device's picture with what is known of it drawn over it. Answers come some time after their
// picture: they are drawn on that one, and the picture goes on from there a little, as late as they are.
// Where nothing is known, or answers stay away, the live picture is seen.

import { make } from "./dom.js";
import { drawPeople } from "./people.js";
import { Replay } from "./replay.js";

const MOST_MEASURED = 300;
const MOST_LATELY = 20;
const MOST_BELIEVED_MS = 10_000; // more is two clocks that differ, not a delay
const SILENT_MS = 1000; // older answers say nothing of what is seen now
const MOST_AHEAD_MS = 70; // further on, people are no longer where they were found
const NEAR_MS = 5; // one clock counts in steps of the other

export class Stage {
  #people = [];
  #main = null;
  #captured = null; // when the picture was taken that the people are of
  #told = 0; // when they were told
  #isNew = false;
  #frame = 0;
  #delays = [];
  #lately = [];
  #replay;

  constructor({ mirrored }) {
    this.mirrored = mirrored;
    this.video = make("video", { muted: true, playsinline: true, autoplay: true, "aria-hidden": "true" });
    this.video.muted = true; // the attribute alone does nothing once it is made
    this.canvas = make("canvas", { "aria-hidden": "true" });
    this.element = make("div", { class: "stage" }, this.video, this.canvas);
    this.#replay = new Replay(this.video, () => this.#drawSoon());
  }

  show(stream) {
    this.video.srcObject = stream;
    if (stream) this.#replay.start();
    else this.#replay.stop();
  }

  /** Draw people with the next picture of the screen; the newest wins. */
  tell(people, { main = null, captured = null } = {}) {
    this.#people = people;
    this.#main = main;
    this.#captured = captured;
    this.#told = now();
    this.#isNew = captured !== null;
    this.#drawSoon();
  }

  clear() {
    this.#delays = [];
    this.#lately = [];
    this.tell([]);
  }

  /** Milliseconds from the camera to the drawn label: { median, most }, 95 % being within most. */
  get delay() {
    return this.#delays.length ? { median: within(this.#delays, 0.5), most: within(this.#delays, 0.95) } : null;
  }

  /** Milliseconds that 80 % were within since this was asked last; null where nothing was drawn. */
  takeDelay() {
    const lately = this.#lately.splice(0);
    return lately.length ? within(lately, 0.8) : null;
  }

  #drawSoon() {
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#frame = 0;
    const { videoWidth: width, videoHeight: height } = this.video;
    if (!width) return;
    this.video.classList.toggle("mirrored", this.mirrored);
    this.element.style.aspectRatio = `${width} / ${height}`;
    const isKnown = this.#captured !== null && now() - this.#told < SILENT_MS;
    const ahead = Math.min(now() - this.#told, MOST_AHEAD_MS) + NEAR_MS;
    const picture = isKnown ? this.#replay.until(this.#captured + ahead) : null;
    drawPeople(this.canvas, this.#people, {
      width, height, main: this.#main, mirrored: this.mirrored, picture: picture?.canvas,
    });
    if (this.#isNew) this.#measure(picture);
    this.#isNew = false;
  }

  #measure(picture) {
    const delay = now() - this.#captured;
    if (delay <= 0 || delay > MOST_BELIEVED_MS) return;
    for (const [kept, most] of [[this.#delays, MOST_MEASURED], [this.#lately, MOST_LATELY]]) {
      kept.push(delay);
      if (kept.length > most) kept.shift();
    }
    if (picture) this.element.dataset.apart = picture.at - this.#captured;
  }
}

/** Unix time in ms, which goes on evenly. */
function now() {
  return performance.timeOrigin + performance.now();
}

function within(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
