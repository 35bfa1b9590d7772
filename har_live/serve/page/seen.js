// What is seen now, in words: the label, its rivals, the timeline, latency. For live sources and
// for the visitor's own camera.
//
//   const seen = new Seen("Front door");  body.append(seen.element);  seen.update(moment);

import { make, percent, readable } from "./dom.js";
import { Timeline } from "./timeline.js";

const SAY_EVERY_MS = 3000;

export class Seen {
  constructor(name) {
    this.name = name;
    this.label = make("span", {}, "…");
    this.share = make("span", { class: "share" });
    this.rivals = make("ul", { class: "rivals", "aria-label": "Likeliest labels" });
    this.spoken = make("p", { class: "unseen", role: "status" });
    this.facts = make("dl", { class: "facts" });
    this.values = new Map();
    const strip = make("canvas", { class: "timeline" });
    this.timeline = new Timeline(strip);
    this.saidMs = 0;
    this.said = "";
    this.element = make("div", {}, make("p", { class: "label" }, this.label, this.share),
      this.rivals, strip, this.facts, this.spoken);
  }

  /** Show a moment (har_live/serve/moment_values.py); null where nothing is known. */
  update(moment) {
    const label = moment?.label ?? "unsure";
    const warming = moment?.warming_up;
    const text = warming == null ? readable(label) : "Looking…";
    if (this.label.textContent !== text) this.label.textContent = text;
    this.share.textContent = percent(moment?.confidence);
    this.rivals.replaceChildren(...(moment?.top ?? []).map(rival));
    this.timeline.add(label, moment?.confidence);
    this.fact("People", moment ? String(moment.people.length) : "–");
    if (moment?.latency_ms != null) this.fact("Latency", `${Math.round(moment.latency_ms)} ms`);
    this.say(text);
  }

  /** Show a figure beside the others: fact("Picture", "25 fps"). */
  fact(name, value) {
    if (!this.values.has(name)) {
      const dd = make("dd");
      this.facts.append(make("div", {}, make("dt", {}, name), dd));
      this.values.set(name, dd);
    }
    const place = this.values.get(name);
    if (place.textContent !== value) place.textContent = value;
  }

  say(text) {
    const now = performance.now();
    if (text === this.said || now - this.saidMs < SAY_EVERY_MS) return;
    this.saidMs = now;
    this.said = text;
    this.spoken.textContent = `${this.name}: ${text}`;
  }
}

function rival({ label, confidence }) {
  const bar = make("span");
  bar.style.width = `${Math.round(confidence * 100)}%`;
  return make("li", {}, make("span", { class: "name" }, readable(label)),
    make("span", { class: "bar", "aria-hidden": "true" }, bar),
    make("span", { class: "share" }, percent(confidence)));
}
