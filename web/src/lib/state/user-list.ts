import { api, ok } from '#lib/api/client.ts';
import type { Schema } from '#lib/api/types.ts';

export type BulkAct = Schema<'BulkAct'>;
export type Whom = Schema<'Whom'>;
export type BulkRun = Schema<'BulkOut'>;

export const previewBulk = (act: BulkAct, whom: Whom) => ok(api.POST('/api/v1/users/bulk/preview', { body: { act, whom } }));
export const startBulk = (act: BulkAct, whom: Whom, key: string) => ok(api.POST('/api/v1/users/bulk', { body: { act, whom, key } }));
export const undoBulk = (run: string) => ok(api.POST('/api/v1/users/bulk/{run}/undo', { params: { path: { run } } }));
export const readBulk = (run: string) => ok(api.GET('/api/v1/users/bulk/{run}', { params: { path: { run } } }));
export const isOver = (run: BulkRun): boolean => run.state === 'done' || run.state === 'undone';

/** Looks at a deed until it is over, and tells how far it is. */
export async function follow(run: BulkRun, tell: (run: BulkRun) => void, gone: AbortSignal): Promise<BulkRun> {
	let now = run;
	tell(now);
	while (!isOver(now) && !gone.aborted) {
		await new Promise((wake) => setTimeout(wake, 700));
		if (gone.aborted) break;
		now = await readBulk(now.id);
		tell(now);
	}
	return now;
}

export const listGroups = (q?: string) => ok(api.GET('/api/v1/groups', { params: { query: { q } } }));
export const listFields = () => ok(api.GET('/api/v1/user-fields'));
export const listViews = () => ok(api.GET('/api/v1/users/views'));
export const listSources = () => ok(api.GET('/api/v1/users/sources'));
export const saveView = (name: string, query: string, is_shared: boolean) => ok(api.POST('/api/v1/users/views', { body: { name, query, is_shared } }));
export const deleteView = (view: string) => ok(api.DELETE('/api/v1/users/views/{view}', { params: { path: { view } } }));

/** Courses that take learners, by title. */
export async function findCourses(q: string): Promise<{ value: string; label: string }[]> {
	const page = await ok(api.GET('/api/v1/courses', { params: { query: { q: q || undefined, limit: 50 } } }));
	return page.items.map((course) => ({ value: course.id, label: course.title }));
}

export async function findPeople(q: string): Promise<Schema<'UserOut'>[]> {
	const page = await ok(api.GET('/api/v1/users', { params: { query: { q, limit: 8 } } }));
	return page.items;
}
