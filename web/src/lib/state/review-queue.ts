import { api, ok } from '#lib/api/client.ts';
import { Loaded, Paged } from './loaded.svelte.ts';
import { openReport, openReview } from './moderation.svelte.ts';

/** The queue as its address says: for admins and for instructors who review. */
export async function loadQueue(url: URL) {
	const get = (name: string) => url.searchParams.get(name) ?? undefined;
	const tab: 'reviews' | 'reports' = get('tab') === 'reports' ? 'reports' : 'reviews';
	const decided = get('show') === 'decided';
	const reviews = new Paged((cursor) => ok(api.GET('/api/v1/reviews', { params: { query: { state: decided ? 'approved' : 'open', cursor } } })));
	const reports = new Paged((cursor) => ok(api.GET('/api/v1/reports', { params: { query: { state: decided ? 'resolved' : 'open', cursor } } })));
	const counts = new Loaded(() => ok(api.GET('/api/v1/reviews/counts')));
	const review = get('review');
	const report = get('report');
	const opened = review ? new Loaded(() => openReview(review)) : undefined;
	const openedReport = report ? new Loaded(() => openReport(report)) : undefined;
	await Promise.all([tab === 'reviews' ? reviews.soon() : reports.soon(), opened?.soon(), openedReport?.soon(), counts.soon()]);
	return { tab, decided, reviews, reports, counts, opened, openedReport };
}

export type Queue = Awaited<ReturnType<typeof loadQueue>>;
