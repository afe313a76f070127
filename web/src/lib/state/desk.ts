import { api, ok } from '#lib/api/client.ts';
import type { Schema } from '#lib/api/types.ts';

/** How many finish each of these courses, by id. */
export async function completions(courses: string[]): Promise<Map<string, Schema<'CourseCompletion'>>> {
	if (courses.length === 0) return new Map();
	const all = await ok(api.GET('/api/v1/admin/courses/completion', { params: { query: { courses: courses.join(',') } } }));
	return new Map(all.map((one) => [one.course, one]));
}

export const bulk = (body: Schema<'CourseBulkIn'>) => ok(api.POST('/api/v1/admin/courses/bulk', { body }));

/** Changes a lesson's small facts where it stands. */
export const quickEdit = (lesson: Schema<'DeskLessonOut'>, change: { title?: string; minutes?: number; is_preview?: boolean; is_required?: boolean }) =>
	ok(
		api.PATCH('/api/v1/courses/{course}/draft/lessons/{lesson}', {
			params: { path: { course: lesson.course, lesson: lesson.id } },
			body: { ...change, expected_revision: lesson.revision }
		})
	);

export const addCategory = (name: string) => ok(api.POST('/api/v1/categories', { body: { name } }));

export const changeCategory = (category: string, change: Schema<'CategoryPatch'>) =>
	ok(api.PATCH('/api/v1/categories/{category}', { params: { path: { category } }, body: change }));

export const removeCategory = (category: string) => ok(api.DELETE('/api/v1/categories/{category}', { params: { path: { category } } }));
