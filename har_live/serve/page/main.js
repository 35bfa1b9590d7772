// Shows one section at a time, by the address's part after "#"; each section is a module with
// show(body) and hide(): what it holds (camera, connections) it lets go of when it is hidden.

import * as live from "./live.js";
import * as camera from "./camera.js";
import * as video from "./video.js";
import * as teach from "./teach.js";

const SECTIONS = { live, camera, video, teach };
let shown = null;

function choose() {
  const name = location.hash.slice(1);
  if (name === "main") return; // the link that skips to the content
  show(name in SECTIONS ? name : "live");
}

function show(name) {
  if (name === shown) return;
  if (shown) SECTIONS[shown].hide();
  shown = name;
  for (const section of document.querySelectorAll("main > section")) {
    section.hidden = section.id !== name;
  }
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#${name}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const section = document.getElementById(name);
  document.title = `${section.querySelector("h2").textContent} – har-live`;
  SECTIONS[name].show(section.querySelector(".body"));
}

addEventListener("hashchange", choose);
addEventListener("pagehide", () => shown && SECTIONS[shown].hide());
addEventListener("pageshow", (event) => event.persisted && shown && SECTIONS[shown].show(
  document.getElementById(shown).querySelector(".body")));
choose();
