// Plays a version of a video with the cookies of a preview, and renews them while the player is open.
import { api } from './console.js';

const type = 'application/vnd.apple.mpegurl';

export function open(video, assetId, hasCaptions, page) {
  let timer, end, closed = false;

  const tell = problem => closed ? undefined : page.invokeMethodAsync('Tell', problem).catch(() => { });

  // Half of what is left leaves time for a try that fails, ten minutes for a clock that is wrong.
  const grant = async () => {
    const preview = await api('POST', `/video_assets/${assetId}/previews`);
    plan(Math.min(600_000, Math.max(30_000, (Date.parse(preview.expires_at) - Date.now()) / 2)));
    return preview.playback_manifest_url;
  };
  const plan = wait => {
    clearTimeout(timer);
    if (!closed)
      timer = setTimeout(renew, Math.min(wait, 2 ** 31 - 1));
  };
  const renew = async () => {
    try {
      await grant();
      tell(null);
    } catch (error) {
      tell(`The right to watch could not be renewed: ${error.message}`);
      plan(60_000);
    }
  };

  // The bundle with hls.js is large: only a browser that needs it gets it.
  const byScript = async (url, without) => {
    let player;
    try {
      player = await import('/console/dist/player.js');
    } catch {
      return without();
    }
    if (closed)
      return;
    video.onerror = video.onloadedmetadata = null;
    end = player.play(video, url, tell, true);
  };

  const begin = async () => {
    try {
      const url = await grant();
      if (closed)
        return;
      if (video.canPlayType(type) === '')
        return await byScript(url, () => tell('This browser does not play HLS by itself, and the player for it could not be loaded. Use another browser.'));
      video.onerror = () => tell('The video cannot be played. Load the page again; if it stays so, tell an operator.');
      // Some play the film and leave out its captions.
      video.onloadedmetadata = () => {
        if (hasCaptions && video.textTracks.length === 0)
          byScript(url, () => tell('This browser shows no captions.'));
      };
      video.src = url;
    } catch (error) {
      tell(error.message);
    }
  };
  begin();

  return {
    close() {
      closed = true;
      clearTimeout(timer);
      end?.();
      video.onerror = video.onloadedmetadata = null;
      video.pause();
      video.removeAttribute('src');
      video.load();
    },
  };
}
