import { api, ok } from '#lib/api/client.ts';
import type { Schema } from '#lib/api/types.ts';

/** Begins a course; returns where it is written. */
export async function beginCourse(course: Schema<'CourseIn'>): Promise<string> {
	const made = await ok(api.POST('/api/v1/courses', { body: course }));
	return `/teach/${made.id}`;
}

/** Begins a course as a copy of another; returns where it is written. */
export async function duplicateCourse(course: string): Promise<string> {
	const made = await ok(api.POST('/api/v1/courses/{course}/duplicate', { params: { path: { course } }, body: {} }));
	return `/teach/${made.id}`;
}
