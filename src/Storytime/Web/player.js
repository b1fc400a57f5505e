// Plays HLS in a video element: by the browser where it can, else by hls.js. Signed cookies of the CDN go with each request.
import Hls from 'hls.js';

/**
 * @param {HTMLVideoElement} video
 * @param {string} url of the manifest
 * @param {(message: string) => void} [failed] is told when it cannot go on.
 * @param {boolean} [byScript] for hls.js also where the browser could, because some play HLS without its captions.
 * @returns {() => void} ends it.
 */
export function play(video, url, failed = () => {}, byScript = false) {
  video.crossOrigin = 'use-credentials';
  const onError = () => failed('The video cannot be played. Load the page again; if it stays so, look at its job.');
  if (!byScript && video.canPlayType('application/vnd.apple.mpegurl')) {
    video.addEventListener('error', onError);
    video.src = url;
    return () => {
      video.removeEventListener('error', onError);
      video.removeAttribute('src');
      video.load();
    };
  }
  if (!Hls.isSupported()) {
    failed('This browser plays no HLS video. Use a current Chrome, Edge, Firefox or Safari.');
    return () => {};
  }
  // Without a worker: it would come from a blob, which the page's content security policy does not let run.
  const hls = new Hls({ enableWorker: false, xhrSetup: xhr => { xhr.withCredentials = true; } });
  hls.on(Hls.Events.ERROR, (_, data) => {
    if (data.fatal)
      onError();
  });
  hls.loadSource(url);
  hls.attachMedia(video);
  return () => hls.destroy();
}
