/** The window that a picture is cut by, and the file that comes of it. */
export interface Cutter {
	/** Width over height. */
	shape: number;
	/** Pixels that the file is wide. */
	width: number;
	/** Whether a smaller original is drawn larger; else the file is as wide as what is cut of it. */
	grows: boolean;
	/** Of the WebP, where the browser can write one: 0 to 1. */
	quality: number;
}

/** People's pictures. */
export const square: Cutter = { shape: 1, width: 512, grows: true, quality: 0.92 };
/** Covers of courses. */
export const wide: Cutter = { shape: 16 / 9, width: 1600, grows: false, quality: 0.9 };

/** Where a picture lies under the window: its size against "just covers", and its shift in windows. */
export interface Crop {
	zoom: number;
	x: number;
	y: number;
}

export const zoomMax = 4;

/** Keeps the window covered. `ratio` is width over height of the picture. */
export function held(crop: Crop, ratio: number, shape: number): Crop {
	const zoom = Math.min(zoomMax, Math.max(1, crop.zoom));
	const { w, h } = drawn(zoom, ratio, shape);
	const keep = (v: number, size: number) => Math.min((size - 1) / 2, Math.max((1 - size) / 2, v));
	return { zoom, x: keep(crop.x, w), y: keep(crop.y, h) };
}

/** The picture's size in window widths and heights. */
export function drawn(zoom: number, ratio: number, shape: number): { w: number; h: number } {
	const r = ratio / shape;
	return r >= 1 ? { w: zoom * r, h: zoom } : { w: zoom, h: zoom / r };
}

/** The part of the original, in its own pixels, that the window shows. */
export function cut(crop: Crop, width: number, height: number, shape: number): { x: number; y: number; w: number; h: number } {
	const size = drawn(crop.zoom, width / height, shape);
	const w = width / size.w;
	const h = height / size.h;
	return { x: (width - w) / 2 - crop.x * w, y: (height - h) / 2 - crop.y * h, w, h };
}

/** The shown part as a file, WebP where the browser can write it. */
export function cutOut(image: HTMLImageElement, crop: Crop, { shape, width, grows, quality }: Cutter): Promise<Blob> {
	const from = cut(crop, image.naturalWidth, image.naturalHeight, shape);
	const canvas = document.createElement('canvas');
	canvas.width = grows ? width : Math.round(Math.min(width, from.w));
	canvas.height = Math.round(canvas.width / shape);
	const pen = canvas.getContext('2d');
	if (pen) {
		pen.imageSmoothingQuality = 'high';
		pen.drawImage(image, from.x, from.y, from.w, from.h, 0, 0, canvas.width, canvas.height);
	}
	return new Promise((done, fail) =>
		canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error('no picture'))), 'image/webp', quality)
	);
}

/** The address of a file that the browser can show as a picture; revoke it when done. Fails for any other. */
export async function pictureUrl(file: File): Promise<string> {
	const url = URL.createObjectURL(file);
	const probe = new Image();
	probe.src = url;
	try {
		await probe.decode();
		return url;
	} catch (e) {
		URL.revokeObjectURL(url);
		throw e;
	}
}
