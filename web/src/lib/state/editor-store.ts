import type { DBSchema } from 'idb';
import type { Schema } from '#lib/api/types.ts';
import { database } from '#lib/offline/database.ts';

type Lesson = Schema<'DraftLessonOut'>;

/** What an author has written of a lesson, on this device. */
export interface LessonRecord {
	user: string;
	course: string;
	lesson: string;
	/** The window that wrote it. */
	tab: string;
	/** The server's state that it began from. */
	base: Lesson;
	fields: Omit<Lesson, 'id' | 'revision' | 'day' | 'body_html'>;
	body: string;
	/** Texts before, the oldest first: undo reaches back over a reload. */
	past: string[];
	/** Not all of it has reached the server. */
	dirty: boolean;
	at: number;
}

interface Tables extends DBSchema {
	lessons: { key: [string, string, string]; value: LessonRecord; indexes: { lesson: [string, string] } };
	courses: { key: [string, string]; value: { user: string; course: string; draft: Schema<'DraftOut'> } };
}

const db = database<Tables>('momentum-editor', 1, (base) => {
	base.createObjectStore('lessons', { keyPath: ['user', 'lesson', 'tab'] }).createIndex('lesson', ['user', 'lesson']);
	base.createObjectStore('courses', { keyPath: ['user', 'course'] });
});

/** Texts of authors in the browser's own database. */
export const editorStore = {
	lessons: async (user: string, lesson: string) => (await db()).getAllFromIndex('lessons', 'lesson', [user, lesson]),
	keepLesson: async (row: LessonRecord) => void (await (await db()).put('lessons', row)),
	dropLesson: async (user: string, lesson: string, tab: string) => (await db()).delete('lessons', [user, lesson, tab]),
	course: async (user: string, course: string) => (await db()).get('courses', [user, course]),
	keepCourse: async (user: string, course: string, draft: Schema<'DraftOut'>) => void (await (await db()).put('courses', { user, course, draft }))
};

/** Signed out: what the server has goes from this device. What it does not have yet waits for its author. */
export async function forgetEditor(): Promise<void> {
	const open = await db();
	for (const row of await open.getAll('lessons')) {
		if (!row.dirty) await open.delete('lessons', [row.user, row.lesson, row.tab]);
	}
	await open.clear('courses');
}
