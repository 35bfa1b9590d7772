// Draws people on a canvas that lies over a picture or video: box, limbs, label.
//
//   drawPeople(canvas, moment.people, { width, height, main: moment.person, mirrored: false })
//
// `people` as in har_live/serve/moment_values.py: id, box, joints, label, confidence; shares of the
// picture's width and height. The canvas gets `width` × `height` pixels: those of the picture, which
// is drawn beneath them where one is given.

import { percent, readable } from "./dom.js";

const COLOURS = ["#4cc9f0", "#ffb703", "#80ed99", "#ff70a6", "#c8b6ff", "#ff9770"];
const LEAST_SCORE = 0.3;
const [NOSE, LEFT_SHOULDER, RIGHT_SHOULDER, LEFT_ELBOW, RIGHT_ELBOW, LEFT_WRIST, RIGHT_WRIST,
  LEFT_HIP, RIGHT_HIP, LEFT_KNEE, RIGHT_KNEE, LEFT_ANKLE, RIGHT_ANKLE] = Array(13).keys();
const LIMBS = [
  [LEFT_SHOULDER, RIGHT_SHOULDER], [LEFT_HIP, RIGHT_HIP],
  [LEFT_SHOULDER, LEFT_HIP], [RIGHT_SHOULDER, RIGHT_HIP],
  [LEFT_SHOULDER, LEFT_ELBOW], [LEFT_ELBOW, LEFT_WRIST],
  [RIGHT_SHOULDER, RIGHT_ELBOW], [RIGHT_ELBOW, RIGHT_WRIST],
  [LEFT_HIP, LEFT_KNEE], [LEFT_KNEE, LEFT_ANKLE],
  [RIGHT_HIP, RIGHT_KNEE], [RIGHT_KNEE, RIGHT_ANKLE],
  [NOSE, LEFT_SHOULDER], [NOSE, RIGHT_SHOULDER],
];

export function colourOf(id) {
  return COLOURS[(id - 1 + COLOURS.length) % COLOURS.length];
}

export function drawPeople(canvas, people, { width, height, main = null, mirrored = false, picture = null }) {
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, width, height);
  if (picture) drawPicture(context, picture, { width, height, mirrored });
  const unit = Math.max(1, Math.min(width, height) / 240);
  const x = (share) => (mirrored ? 1 - share : share) * width;
  for (const person of people) {
    drawPerson(context, person, { x, y: (share) => share * height, unit, isMain: person.id === main });
  }
}

function drawPicture(context, picture, { width, height, mirrored }) {
  if (mirrored) context.setTransform(-1, 0, 0, 1, width, 0);
  context.drawImage(picture, 0, 0, width, height);
  context.resetTransform();
}

function drawPerson(context, person, { x, y, unit, isMain }) {
  const colour = colourOf(person.id);
  context.strokeStyle = colour;
  context.lineCap = "round";
  context.lineWidth = unit * 2;
  for (const [from, to] of LIMBS) {
    const [a, b] = [person.joints[from], person.joints[to]];
    if (Math.min(a[2], b[2]) < LEAST_SCORE) continue;
    context.beginPath();
    context.moveTo(x(a[0]), y(a[1]));
    context.lineTo(x(b[0]), y(b[1]));
    context.stroke();
  }
  const [left, top, right, bottom] = person.box;
  const begin = Math.min(x(left), x(right));
  context.lineWidth = unit * (isMain ? 2 : 1.2);
  context.strokeRect(begin, y(top), Math.abs(x(right) - x(left)), y(bottom) - y(top));
  drawTag(context, `${readable(person.label)} ${percent(person.confidence)}`.trim(), {
    left: begin, bottom: y(top), colour, unit,
  });
}

function drawTag(context, text, { left, bottom, colour, unit }) {
  const size = Math.max(11, unit * 10);
  context.font = `600 ${size}px system-ui, sans-serif`;
  const width = context.measureText(text).width + size;
  const height = size * 1.5;
  const begin = Math.max(0, Math.min(left, context.canvas.width - width));
  const top = Math.max(0, bottom - height);
  context.fillStyle = colour;
  context.fillRect(begin, top, width, height);
  context.fillStyle = "#10151c";
  context.textBaseline = "middle";
  context.fillText(text, begin + size / 2, top + height / 2);
}
