import { redirect } from '@sveltejs/kit';

/** Jobs are a part of the system page; addresses of before still lead there. */
export function load({ url }) {
	redirect(307, `/admin/system${url.search}`);
}
