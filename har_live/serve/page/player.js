// A recognized video: it plays, and its segments are a track to click, and a list to tab through.

import { clock, make, percent, readable } from "./dom.js";
import { colourOfLabel } from "./timeline.js";

const TITLES = {
  "annotated.mp4": "Video (MP4)", "prediction.json": "JSON", "events.jsonl": "JSON Lines",
  "events.csv": "CSV", "events.srt": "Subtitles (SRT)", "events.vtt": "Subtitles (VTT)",
};

export class Player {
  constructor(video, { onDelete }) {
    const { segments } = video.prediction;
    const file = (name) => `api/predict/${video.id}/files/${name}`;
    this.segments = segments;
    this.several = new Set(segments.map(({ person }) => person)).size > 1;
    this.title = make("h3", { tabindex: -1 }, video.name);
    this.video = make("video", {
      controls: true, preload: "metadata", playsinline: true, src: file("annotated.mp4"),
      "aria-label": `${video.name}, with labels`,
    }, make("track", { kind: "captions", srclang: "en", label: "Actions", src: file("events.vtt") }));
    this.now = make("div", { class: "now" });
    this.track = make("div", { class: "track", "aria-hidden": "true" }, this.now);
    this.items = segments.map((segment) => this.item(segment));
    this.video.addEventListener("loadedmetadata", () => this.layTrack());
    this.video.addEventListener("timeupdate", () => this.follow());
    this.element = make("div", { class: "result" },
      make("div", { class: "card" }, this.video, this.track,
        make("div", { class: "inside" }, this.title,
          make("p", { class: "hint" }, `${video.prediction.weights}, ${video.prediction.num_frames} frames`))),
      make("div", { class: "card" }, make("div", { class: "inside" },
        make("h3", { id: "segments-title" }, this.heading()),
        make("ol", { class: "segments", "aria-labelledby": "segments-title", tabindex: 0 },
          ...this.items.map((item) => make("li", {}, item))),
        make("h3", {}, "Download"),
        make("ul", { class: "downloads" }, ...video.files.map((name) => make("li", {},
          make("a", { href: file(name), download: "" }, TITLES[name] ?? name)))),
        make("p", {}, make("button", { type: "button", onclick: onDelete }, "Delete this video")))));
  }

  pause() {
    this.video.pause();
  }

  heading() {
    const count = this.segments.length;
    return count === 0 ? "No action was recognized" : count === 1 ? "1 action" : `${count} actions`;
  }

  item(segment) {
    const { start_seconds: start, end_seconds: end, label, mean_confidence: share, person } = segment;
    const dot = make("span", { class: "dot", "aria-hidden": "true" });
    dot.style.background = colourOfLabel(label);
    const who = this.several && person ? `, person ${person}` : "";
    return make("button", { type: "button", onclick: () => this.go(start) }, dot,
      make("span", { class: "time" }, `${clock(start)} – ${clock(end)}`),
      make("span", {}, readable(label) + who), make("span", { class: "share" }, percent(share)));
  }

  /** A lane for each person, in the order in which they are seen. */
  layTrack() {
    const { duration } = this.video;
    const people = [...new Set(this.segments.map(({ person }) => person))];
    const lanes = people.map((person) => make("div", { class: "lane" }, ...this.segments
      .filter((segment) => segment.person === person)
      .map((segment) => this.piece(segment, duration))));
    this.track.replaceChildren(...(lanes.length ? lanes : [make("div", { class: "lane" })]), this.now);
    this.follow();
  }

  piece({ start_seconds: start, end_seconds: end, label }, duration) {
    const text = `${readable(label)}, ${clock(start)}`;
    const piece = make("button", {
      class: "piece", type: "button", tabindex: -1, title: text, onclick: () => this.go(start),
    }, readable(label));
    piece.style.left = `${100 * start / duration}%`;
    piece.style.width = `${100 * (end - start) / duration}%`;
    piece.style.background = colourOfLabel(label);
    return piece;
  }

  go(seconds) {
    this.video.currentTime = seconds;
    this.video.play().catch(() => {}); // a browser may want a press on the video first
  }

  follow() {
    const { currentTime, duration } = this.video;
    this.now.style.left = `${100 * currentTime / (duration || 1)}%`;
    this.segments.forEach(({ start_seconds: start, end_seconds: end }, number) => {
      const isNow = start <= currentTime && currentTime < end;
      if (isNow) this.items[number].setAttribute("aria-current", "true");
      else this.items[number].removeAttribute("aria-current");
    });
  }
}
