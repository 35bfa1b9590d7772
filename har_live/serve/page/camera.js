import { make } from "./dom.js";

export function show(body) {
  body.replaceChildren(make("p", {}, "Not built yet."));
}

export function hide() {}
