// What a file is, and how much of it is where, in words.
const types = {
  mp4: ['video', 'video/mp4'], m4v: ['video', 'video/mp4'], mov: ['video', 'video/quicktime'], qt: ['video', 'video/quicktime'],
  jpg: ['cover', 'image/jpeg'], jpeg: ['cover', 'image/jpeg'], png: ['cover', 'image/png'], webp: ['cover', 'image/webp'],
  vtt: ['captions', 'text/vtt'],
};

export const accepted = Object.keys(types).map(extension => `.${extension}`).join(',');

/** @returns {{ kind: 'video' | 'cover' | 'captions', type: string } | null} null for a file that has no place here. */
export function kindOf(name) {
  const [kind, type] = types[/\.([^.]+)$/.exec(name)?.[1].toLowerCase()] ?? [];
  return kind ? { kind, type } : null;
}

export function bytes(n) {
  if (n < 1000)
    return `${n} B`;
  const power = Math.min(Math.floor(Math.log10(n) / 3), 4);
  const value = n / 1000 ** power;
  return `${value.toFixed(value < 10 && power > 1 ? 1 : 0)} ${['B', 'kB', 'MB', 'GB', 'TB'][power]}`;
}

export function duration(seconds) {
  if (seconds < 60)
    return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** SHA-256 in base64, as S3 writes it. Browsers compute it beside the page, not on its thread. */
export async function digest(blob) {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()));
  return btoa(String.fromCharCode(...hash));
}

const edge = 256 * 1024;

/** Tells a file from another one of the same name and size, without reading all of it. */
export const fingerprint = file => digest(new Blob([file.slice(0, edge), file.slice(Math.max(edge, file.size - edge))]));
