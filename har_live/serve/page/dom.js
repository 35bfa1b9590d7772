// Making elements, and saying things to those who can't see them.

/** Make an element: make("p", { class: "hint", onclick: f }, "text", otherElement). */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

/** "tennis_forehand" → "Tennis forehand", as everywhere in har-live. */
export function readable(label) {
  if (label === "none") return "No action";
  const name = label.replaceAll("_", " ").trim() || "?";
  return name[0].toUpperCase() + name.slice(1);
}

/** 0.873 → "87 %". */
export function percent(share) {
  return share == null ? "" : `${Math.round(share * 100)} %`;
}

/** 75.4 → "1:15". */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** What the server says in a line → a sentence. */
export function sentence(text) {
  return `${text[0].toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}

/** The text of what went wrong with an answer of the server. */
export async function complaint(answer) {
  try {
    const { detail } = await answer.json();
    if (typeof detail === "string") return detail;
  } catch { /* no JSON came back */ }
  return `the server answered ${answer.status}`;
}
