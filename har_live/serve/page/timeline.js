// The labels of the last minute as a strip: a colour a label, higher where it is surer.
//
//   const timeline = new Timeline(canvas);
//   timeline.add(moment.label, moment.confidence);   // whenever there is news; draws, too

import { readable } from "./dom.js";

const SECONDS = 60;
const QUIET = ["none", "unsure"];

/** The same colour for the same label everywhere in the page; dark text is readable on it. */
export function colourOfLabel(label) {
  let sum = 7;
  for (const letter of label) sum = (sum * 31 + letter.codePointAt(0)) % 3600;
  return `hsl(${sum / 10} 68% 68%)`;
}

export class Timeline {
  constructor(canvas) {
    this.canvas = canvas;
    this.pieces = []; // { label, share, from, to }, in milliseconds
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", "Labels of the last minute");
  }

  add(label, share) {
    const now = performance.now();
    const last = this.pieces.at(-1);
    if (last && now - last.to < 1500) last.to = now; // without news for longer: nobody knows
    if (!last || last.label !== label || Math.abs((last.share ?? 0) - (share ?? 0)) > 0.05) {
      this.pieces.push({ label, share, from: now, to: now });
    }
    while (this.pieces.length && this.pieces[0].to < now - SECONDS * 1000) this.pieces.shift();
    this.draw(now);
  }

  draw(now = performance.now()) {
    const { canvas } = this;
    const ratio = devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
    if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const style = getComputedStyle(canvas);
    context.fillStyle = style.getPropertyValue("--line");
    context.fillRect(0, 0, width, height);
    const x = (time) => width * (1 - (now - time) / (SECONDS * 1000));
    for (const { label, share, from, to } of this.pieces) {
      if (QUIET.includes(label)) continue;
      const tall = height * Math.max(0.25, share ?? 0);
      context.fillStyle = colourOfLabel(label);
      context.fillRect(x(from), height - tall, Math.max(1, x(to) - x(from) + 0.5), tall);
    }
    this.name(context, x, height);
  }

  name(context, x, height) {
    context.font = "600 12px system-ui, sans-serif";
    context.textBaseline = "middle";
    context.fillStyle = "#10151c";
    for (const { label, from, to } of this.runs()) {
      const text = readable(label);
      const room = x(to) - Math.max(0, x(from)) - 10;
      if (!QUIET.includes(label) && context.measureText(text).width < room) {
        context.fillText(text, Math.max(0, x(from)) + 5, height * 0.72);
      }
    }
  }

  runs() {
    const runs = [];
    for (const { label, from, to } of this.pieces) {
      const last = runs.at(-1);
      if (last && last.label === label && from - last.to < 500) last.to = to;
      else runs.push({ label, from, to });
    }
    return runs;
  }
}
