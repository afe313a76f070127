/** Where a picture lies under a 16:9 window: its size against "just covers", and its shift in windows. */
export interface Crop {
	zoom: number;
	x: number;
	y: number;
}

export const shape = 16 / 9;
export const zoomMax = 4;

/** The picture's size in window widths and heights. `ratio` is width over height of the picture. */
export function drawn(zoom: number, ratio: number): { w: number; h: number } {
	const r = ratio / shape;
	return r >= 1 ? { w: zoom * r, h: zoom } : { w: zoom, h: zoom / r };
}

/** Keeps the window covered. */
export function held(crop: Crop, ratio: number): Crop {
	const zoom = Math.min(zoomMax, Math.max(1, crop.zoom));
	const { w, h } = drawn(zoom, ratio);
	const keep = (v: number, size: number) => Math.min((size - 1) / 2, Math.max((1 - size) / 2, v));
	return { zoom, x: keep(crop.x, w), y: keep(crop.y, h) };
}

/** The part of the original, in its own pixels, that the window shows. */
export function cut(crop: Crop, width: number, height: number): { x: number; y: number; w: number; h: number } {
	const size = drawn(crop.zoom, width / height);
	const w = width / size.w;
	const h = height / size.h;
	return { x: (width - w) / 2 - crop.x * w, y: (height - h) / 2 - crop.y * h, w, h };
}

/** The shown part as a file, at most `width` pixels wide and never larger than the original. */
export function cutOut(image: HTMLImageElement, crop: Crop, width = 1600): Promise<Blob> {
	const from = cut(crop, image.naturalWidth, image.naturalHeight);
	const canvas = document.createElement('canvas');
	canvas.width = Math.round(Math.min(width, from.w));
	canvas.height = Math.round(canvas.width / shape);
	const pen = canvas.getContext('2d');
	if (pen) {
		pen.imageSmoothingQuality = 'high';
		pen.drawImage(image, from.x, from.y, from.w, from.h, 0, 0, canvas.width, canvas.height);
	}
	return new Promise((done, fail) =>
		canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error('no picture'))), 'image/webp', 0.9)
	);
}
