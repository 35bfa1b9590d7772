// "Teach": the guided recording of `har-live teach`, before the visitor's own camera. What is to be
// done, counted and refused is decided by the server's guide; this draws it and sends the keys.

import { goLive } from "./camera.js";
import { make, readable, sentence } from "./dom.js";
import { Link, closeCamera, keepAwake, openCamera } from "./rtc.js";
import { Stage } from "./stage.js";

// Key as the guide names it → what the keyboard calls it, and the message that it stands for.
const KEYS = {
  Space: [" ", "pause"], Backspace: ["Backspace", "drop"], Enter: ["Enter", "next"],
  K: ["k", "keep"], Q: ["q", "quit"],
};

let view = null;

export function show(body) {
  view = new TeachView(body);
  view.ask();
}

export function hide() {
  view?.leave();
  view = null;
}

class TeachView {
  #link = null;
  #stream = null;
  #letSleep = null;
  #wish = null;
  #hasBegun = false;
  #isOver = false;
  #isLearning = false;

  constructor(body) {
    this.body = body;
    this.stage = new Stage({ mirrored: true });
    this.onKey = (event) => this.#heedKey(event);
    addEventListener("keydown", this.onKey);
  }

  leave() {
    removeEventListener("keydown", this.onKey);
    this.#hangUp();
  }

  /** Ask what is to be taught. */
  ask(complaint = "") {
    this.#hangUp();
    const wish = this.#wish ?? { name: "", actions: [], takes: 8, take_seconds: 3, person: "" };
    const field = (id, label, attributes, hint) => make("div", { class: "field" },
      make("label", { for: `teach-${id}` }, label),
      make("input", { id: `teach-${id}`, name: id, type: "text", "aria-describedby": `teach-${id}-hint`, ...attributes }),
      make("small", { id: `teach-${id}-hint`, class: "hint" }, hint));
    this.body.replaceChildren(make("div", { class: "card own-camera alone" }, make("div", { class: "inside" },
      make("p", { class: "hint" }, "A few takes of what matters to you, before this camera, make weights "
        + "that know it. What is kept of a take is where your joints were, never a picture."),
      make("p", { role: "alert", class: "bad" }, complaint),
      make("form", { onsubmit: (event) => this.#begin(event) },
        make("div", { class: "columns" },
          field("name", "Name", { required: true, title: "one word of letters, digits, - and _", pattern: "[\\p{L}\\p{N}_][\\p{L}\\p{N}_\\-]{0,59}", value: wish.name },
            "of the weights, one word, such as gym; a lesson of that name goes on"),
          field("actions", "Actions", { value: wish.actions.join(", ") },
            "with commas between, such as wave, clap, lunge; left empty: those of the lesson begun before")),
        make("div", { class: "columns" },
          field("takes", "Takes of each", { type: "number", min: 1, max: 100, value: wish.takes }, "8 are usual"),
          field("seconds", "Seconds of a take",
            { type: "number", min: 0.5, max: 60, step: 0.5, value: wish.take_seconds }, "3 are usual"),
          field("person", "Who is recorded", { value: wish.person }, "a name, if there are others")),
        make("div", { class: "buttons" }, make("button", { class: "main" }, "To the camera"))))));
  }

  async #begin(event) {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(event.target));
    this.#wish = {
      name: values.name.trim(),
      actions: values.actions.split(",").map((name) => name.trim()).filter(Boolean),
      takes: Number(values.takes),
      take_seconds: Number(values.seconds),
      person: values.person.trim(),
    };
    this.#hasBegun = this.#isOver = this.#isLearning = false;
    let stream;
    try {
      stream = await openCamera();
    } catch (error) {
      this.ask(error.message);
      return;
    }
    if (view !== this) {
      closeCamera(stream);
      return;
    }
    this.#stream = stream;
    this.#showLesson();
    this.stage.show(stream);
    this.#link = new Link(stream, { lesson: this.#wish }, {
      onMessage: (message) => this.#hear(message),
      onEnd: (error) => error && this.#lose(error),
      takeDelay: () => this.stage.takeDelay(),
    });
    this.#letSleep = await keepAwake();
  }

  #showLesson() {
    this.action = make("h3", { class: "action" }, "Connecting…");
    this.progress = make("p", { class: "progress" });
    this.bar = make("progress", { max: 1, value: 0, "aria-label": "Recorded of this take" });
    this.count = make("p", { class: "count", "aria-live": "assertive" });
    this.message = make("p", { role: "status", class: "message" });
    this.keys = Object.fromEntries(Object.entries(KEYS).map(([name, [, key]]) => [name, make("button", {
      type: "button", hidden: true, onclick: () => this.#link?.say({ key }),
    })]));
    this.stage.element.append(this.count);
    this.body.replaceChildren(make("div", { class: "cards" },
      make("div", { class: "card own-camera lesson" }, this.stage.element,
        make("div", { class: "inside" }, this.action, this.progress, this.bar, this.message,
          make("div", { class: "buttons", role: "group", "aria-label": "Keys" }, ...Object.values(this.keys))))));
    this.action.tabIndex = -1;
    this.action.focus();
  }

  #hear(message) {
    if (message.kind === "lesson") this.#tell(message);
    else if (message.kind === "learning") this.#tellLearning(message);
    else if (message.kind === "taught") this.#tellReport(message);
    else if (message.kind === "not_learnt") this.#tellEnd(message.detail);
  }

  #tell(lesson) {
    if (this.#isOver) return;
    this.#hasBegun = true;
    put(this.action, lesson.action);
    put(this.progress, lesson.progress);
    put(this.message, lesson.message);
    this.message.dataset.tone = lesson.tone;
    put(this.count, lesson.count === null ? "" : String(lesson.count));
    this.bar.value = lesson.recorded ?? 0;
    this.stage.element.classList.toggle("recording", lesson.recorded !== null);
    this.stage.tell(lesson.people, { captured: lesson.captured_ms ?? null });
    const deeds = Object.fromEntries(lesson.keys);
    for (const [name, button] of Object.entries(this.keys)) {
      const deed = deeds[name];
      button.hidden = !deed;
      if (deed && button.dataset.deed !== deed) {
        button.dataset.deed = deed;
        button.replaceChildren(make("kbd", {}, name), ` ${deed}`);
      }
    }
    if (lesson.is_over) this.#tellOver(lesson);
  }

  /** All is recorded, or somebody wanted it to end. */
  #tellOver(lesson) {
    this.#isOver = true;
    if (lesson.is_complete) this.#learn();
    else this.#tellEnd(lesson.lacking ? `Still to be recorded: ${lesson.lacking}.` : "");
  }

  #tellEnd(text) {
    this.#isLearning = false;
    this.#showPanel("The takes are kept",
      make("p", { role: "status" }, text),
      make("p", { class: "buttons" },
        make("button", { type: "button", class: "main", onclick: () => this.#learn() }, "Learn from what there is"),
        make("button", { type: "button", onclick: () => this.ask() }, "Go on later")));
  }

  #learn() {
    if (!this.#link) {
      this.ask("The connection was lost; the takes are kept.");
      return;
    }
    this.#isLearning = true;
    this.doing = make("p", { role: "status" }, "Learning…");
    this.learnt = make("progress", { max: 1, value: 0, "aria-label": "Learnt" });
    this.#showPanel("Learning", this.learnt, this.doing);
    this.#link.say({ learn: true });
  }

  #tellLearning({ doing, share }) {
    if (!this.#isLearning) return;
    put(this.doing, `${doing[0].toUpperCase()}${doing.slice(1)}…`);
    this.learnt.value = share;
  }

  #tellReport(report) {
    this.#hangUp();
    const cells = (name, ...values) => make("tr", {},
      ...values.map((value) => make(name, name === "th" ? { scope: "col" } : {}, value)));
    const rows = Object.entries(report.takes).map(([label, takes]) => cells("td", readable(label), String(takes),
      label in report.held ? `${report.right[label]} of ${report.held[label]}` : "–",
      report.mixed.filter(([one]) => one === label).map(([, other, n]) => `${readable(other)} ${n}×`).join(", ")));
    const go = make("button", {
      type: "button", class: "main",
      onclick: () => { goLive(report.name); location.hash = "#camera"; },
    }, "Go live with it");
    this.#showPanel(`Taught: ${report.name}`,
      make("div", { class: "scroll" }, make("table", {},
        make("caption", {}, "Takes that were held out"),
        make("thead", {}, cells("th", "action", "takes", "right", "taken for")),
        make("tbody", {}, ...rows))),
      make("p", {}, report.accuracy),
      report.alarms_an_hour === null ? null : make("p", {}, `False alarms an hour: ${report.alarms_an_hour}`),
      make("p", {}, `Next: ${report.advice}`),
      make("p", { class: "buttons" }, go,
        make("button", { type: "button", onclick: () => this.ask() }, "Record more")));
    go.focus();
  }

  #showPanel(title, ...children) {
    const heading = make("h3", { tabindex: "-1" }, title);
    this.body.replaceChildren(make("div", { class: "card own-camera alone lesson" },
      make("div", { class: "inside" }, heading, ...children.filter(Boolean))));
    heading.focus();
  }

  #lose(error) {
    const kept = this.#hasBegun ? " The takes so far are kept: the same name goes on with them." : "";
    this.ask(`${sentence(error.message)}${kept}`);
  }

  #hangUp() {
    this.#link?.close();
    closeCamera(this.#stream);
    this.#letSleep?.();
    this.#link = this.#stream = this.#letSleep = null;
    this.stage.show(null);
  }

  #heedKey(event) {
    if (!this.#link || this.#isOver || event.ctrlKey || event.metaKey || event.altKey) return;
    const isButton = event.target.matches?.("button, a, input, select");
    if (isButton && [" ", "Enter"].includes(event.key)) return; // presses what has the focus
    const found = Object.values(KEYS).find(([key]) => key === event.key.toLowerCase() || key === event.key);
    if (!found) return;
    event.preventDefault();
    this.#link.say({ key: found[1] });
  }
}

/** Put a text in, if it is another: screen readers tell what changes. */
function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
