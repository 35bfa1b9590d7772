// This device's camera, and one WebRTC connection that takes its picture to the server and brings
// messages back. What they say: har_live/serve/rtc.py.

import { complaint } from "./dom.js";

const GATHER_MS = 1500; // addresses of this device that are found later are not needed
const SILENT_MS = 10_000; // as the server's: then the connection counts as lost
const OFFLINE_MS = 3_000; // the same while the browser knows of no network
const SAY_MS = 1000;
// People are looked for in a smaller picture still, ten times a second.
const CAMERA = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 15, max: 30 } };

/** The server will not have us: busy, no such weights. Trying again at once is of no use. */
export class Refused extends Error {}

/** Browsers have no address for this device's own loopback: not even a server on it can be reached. */
export class Offline extends Error {}

/** Ask for the camera; throws an Error whose text is for people. */
export async function openCamera(deviceId) {
  if (!navigator.mediaDevices) {
    throw new Error("Browsers give a page the camera only over https, or at http://127.0.0.1.");
  }
  const which = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: "user" };
  try {
    return await navigator.mediaDevices.getUserMedia({ video: { ...CAMERA, ...which } });
  } catch (error) {
    const reasons = {
      NotAllowedError: "This page may not use the camera; allow it beside the address.",
      NotFoundError: "No camera was found.",
      NotReadableError: "The camera is in use by another program.",
      OverconstrainedError: "That camera is gone; choose another.",
    };
    throw new Error(reasons[error.name] ?? `The camera can't be opened: ${error.message}`);
  }
}

export function closeCamera(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** The cameras of this device; their names are known once one of them may be used. */
export async function cameras() {
  const devices = await navigator.mediaDevices?.enumerateDevices() ?? [];
  return devices.filter((device) => device.kind === "videoinput" && device.deviceId);
}

export class Link {
  #connection = new RTCPeerConnection({ iceServers: [] });
  #channel;
  #onEnd;
  #watch;
  #report;
  #heard = performance.now();
  #refusal = null;

  /**
   * `wish` goes beside the offer: { weights } or { lesson }. `onMessage` gets each message,
   * `onEnd` once an Error, or null where close() was called. `takeDelay` tells the server how late
   * its answers are here: it has no more visitors than get theirs in time.
   */
  constructor(stream, wish, { onMessage, onEnd, takeDelay }) {
    this.#onEnd = onEnd;
    const [track] = stream.getVideoTracks();
    const { sender } = this.#connection.addTransceiver(track, { direction: "sendonly", streams: [stream] });
    // Where this device or the network is busy, people should stay large enough to be found.
    const parameters = sender.getParameters();
    parameters.degradationPreference = "maintain-resolution";
    sender.setParameters(parameters).catch(() => {}); // not every browser can
    // A label that came too late is of no use; what a lesson says has to arrive.
    const newest = wish.lesson ? {} : { ordered: false, maxRetransmits: 0 };
    this.#channel = this.#connection.createDataChannel("answers", newest);
    this.#channel.onmessage = ({ data }) => {
      this.#heard = performance.now();
      const message = JSON.parse(data);
      if (message.kind === "failed") this.#refusal = new Refused(message.detail);
      else onMessage(message);
    };
    this.#channel.onclose = () => this.#lose();
    this.#connection.onconnectionstatechange = () => {
      if (["failed", "closed"].includes(this.#connection.connectionState)) this.#lose();
    };
    this.#report = setInterval(() => {
      const delay = takeDelay();
      if (delay !== null) this.say({ delay_ms: Math.round(delay) });
    }, SAY_MS);
    track.onended = () => this.#end(new Refused("The camera is gone."));
    this.#open(wish).catch((error) => this.#end(error));
  }

  say(values) {
    if (this.#channel.readyState === "open") this.#channel.send(JSON.stringify(values));
  }

  close() {
    this.#end(null);
  }

  async #open(wish) {
    const connection = this.#connection;
    await connection.setLocalDescription();
    await gathered(connection);
    if (!connection.localDescription.sdp.includes("a=candidate:")) {
      throw new Offline("This device is in no network, and a browser sends a camera's picture by no other way");
    }
    const answer = await fetch("api/rtc", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...wish, sdp: connection.localDescription.sdp }),
      signal: AbortSignal.timeout(SILENT_MS),
    });
    if (!answer.ok) throw new Refused(await complaint(answer));
    const { sdp } = await answer.json();
    if (connection.signalingState === "closed") return;
    await connection.setRemoteDescription({ type: "answer", sdp });
    this.#heard = performance.now();
    this.#watch = setInterval(() => {
      const patience = navigator.onLine ? SILENT_MS : OFFLINE_MS;
      if (performance.now() - this.#heard > patience) this.#lose();
    }, 500);
  }

  #lose() {
    this.#end(this.#refusal ?? new Error("The connection was lost."));
  }

  #end(error) {
    if (!this.#onEnd) return;
    const onEnd = this.#onEnd;
    this.#onEnd = null;
    clearInterval(this.#watch);
    clearInterval(this.#report);
    this.#connection.close();
    onEnd(error);
  }
}

function gathered(connection) {
  return new Promise((resolve) => {
    const look = () => connection.iceGatheringState === "complete" && resolve();
    connection.addEventListener("icegatheringstatechange", look);
    setTimeout(resolve, GATHER_MS);
    look();
  });
}

/** Keep the screen on, where the browser can; returns what lets go of it. */
export async function keepAwake() {
  try {
    const lock = await navigator.wakeLock.request("screen");
    return () => lock.release();
  } catch {
    return () => {};
  }
}
