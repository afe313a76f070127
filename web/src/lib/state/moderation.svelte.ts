import { api, ok } from '#lib/api/client.ts';
import type { Schema } from '#lib/api/types.ts';

export interface NewComment {
	lesson?: string;
	block?: string;
	text: string;
}

const review = (id: string) => ({ params: { path: { review: id } } });
const report = (id: string) => ({ params: { path: { report: id } } });

export const openReview = (id: string) => ok(api.GET('/api/v1/reviews/{review}', review(id)));
export const openReport = (id: string) => ok(api.GET('/api/v1/reports/{report}', report(id)));

export const compareLesson = (id: string, lesson: string) =>
	ok(api.GET('/api/v1/reviews/{review}/lessons/{lesson}', { params: { path: { review: id, lesson } } }));

export const approve = (id: string, note: string) => ok(api.POST('/api/v1/reviews/{review}/approve', { ...review(id), body: { note } }));

export const sendBack = (id: string, note: string, comments: NewComment[]) =>
	ok(api.POST('/api/v1/reviews/{review}/return', { ...review(id), body: { note, comments } }));

export const assignReview = (id: string, assignee: string | null) =>
	ok(api.PATCH('/api/v1/reviews/{review}', { ...review(id), body: { assignee } }));

export const changeReport = (id: string, body: Schema<'ReportPatch'>) => ok(api.PATCH('/api/v1/reports/{report}', { ...report(id), body }));

/** Tells the moderators what is wrong with something. */
export const sendReport = (kind: string, id: string, reason: Schema<'ReportReason'>, text: string) =>
	ok(api.POST('/api/v1/reports', { body: { subject_kind: kind, subject_id: id, reason, text } }));
