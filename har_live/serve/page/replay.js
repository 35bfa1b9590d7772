// The last second of a video, so that an answer can be drawn on the picture that it belongs to.
//
// Each picture is copied into one of a few canvases that are used again and again: memory stays
// flat, and the camera gets its own buffers back at once (a VideoFrame would hold them).

const NUM_KEPT = 20; // 1.3 s at the 15 fps that are asked of a camera
const MOST_SIDE = 640;

export class Replay {
  #video;
  #kept = Array.from({ length: NUM_KEPT }, () => ({ at: -Infinity, canvas: null }));
  #next = 0;
  #callback = null;
  #onPicture;

  /** `onPicture` is called after each picture of the video that is kept. */
  constructor(video, onPicture) {
    this.#video = video;
    this.#onPicture = onPicture;
  }

  start() {
    this.stop();
    // A browser that can't (Firefox before 132) shows answers on the live picture.
    if ("requestVideoFrameCallback" in this.#video) this.#wait();
  }

  stop() {
    if (this.#callback !== null) this.#video.cancelVideoFrameCallback(this.#callback);
    this.#callback = null;
    for (const one of this.#kept) Object.assign(one, { at: -Infinity, canvas: null });
  }

  /** The newest picture that was taken until `at`, in Unix time in ms: { at, canvas }, or null. */
  until(at) {
    let found = null;
    for (const one of this.#kept) {
      if (one.canvas && one.at <= at && one.at > (found?.at ?? -Infinity)) found = one;
    }
    return found;
  }

  #wait() {
    this.#callback = this.#video.requestVideoFrameCallback((now, { captureTime }) => {
      this.#keep(performance.timeOrigin + (captureTime ?? now));
      this.#onPicture();
      this.#wait();
    });
  }

  #keep(at) {
    const { videoWidth, videoHeight } = this.#video;
    if (!videoWidth) return;
    const one = this.#kept[this.#next];
    this.#next = (this.#next + 1) % NUM_KEPT;
    const scale = Math.min(1, MOST_SIDE / Math.max(videoWidth, videoHeight));
    const [width, height] = [Math.round(videoWidth * scale), Math.round(videoHeight * scale)];
    one.canvas ??= document.createElement("canvas");
    if (one.canvas.width !== width || one.canvas.height !== height) Object.assign(one.canvas, { width, height });
    one.canvas.getContext("2d", { alpha: false }).drawImage(this.#video, 0, 0, width, height);
    one.at = at;
  }
}
