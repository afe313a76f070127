/** Where a picture lies under a square window: its size against "just covers", and its shift in window widths. */
export interface Crop {
	zoom: number;
	x: number;
	y: number;
}

export const zoomMax = 4;

/** Keeps the window covered. `ratio` is width over height of the picture. */
export function held(crop: Crop, ratio: number): Crop {
	const zoom = Math.min(zoomMax, Math.max(1, crop.zoom));
	const { w, h } = drawn(zoom, ratio);
	const keep = (v: number, size: number) => Math.min((size - 1) / 2, Math.max((1 - size) / 2, v));
	return { zoom, x: keep(crop.x, w), y: keep(crop.y, h) };
}

/** The picture's size in window widths. */
export function drawn(zoom: number, ratio: number): { w: number; h: number } {
	return ratio >= 1 ? { w: zoom * ratio, h: zoom } : { w: zoom, h: zoom / ratio };
}

/** The square of the original, in its own pixels, that the window shows. */
export function cut(crop: Crop, width: number, height: number): { x: number; y: number; side: number } {
	const { w } = drawn(crop.zoom, width / height);
	const scale = width / w;
	const side = scale;
	return { x: (width - side) / 2 - crop.x * scale, y: (height - side) / 2 - crop.y * scale, side };
}

/** The shown square as a file of `side` pixels, WebP where the browser can write it. */
export function cutOut(image: HTMLImageElement, crop: Crop, side = 512): Promise<Blob> {
	const canvas = document.createElement('canvas');
	canvas.width = canvas.height = side;
	const pen = canvas.getContext('2d');
	const from = cut(crop, image.naturalWidth, image.naturalHeight);
	if (pen) {
		pen.imageSmoothingQuality = 'high';
		pen.drawImage(image, from.x, from.y, from.side, from.side, 0, 0, side, side);
	}
	return new Promise((done, fail) =>
		canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error('no picture'))), 'image/webp', 0.92)
	);
}
