import { error } from '@sveltejs/kit';

/** Any address that is no page: the frame stays, the page says so. */
export function load(): never {
	error(404);
}
