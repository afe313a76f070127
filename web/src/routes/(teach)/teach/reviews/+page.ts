import { loadQueue } from '#lib/state/review-queue.ts';

export async function load({ url, depends }) {
	depends('app:queue');
	return { queue: await loadQueue(url) };
}
