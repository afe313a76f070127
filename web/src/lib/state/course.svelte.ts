import { api, ApiProblem, ok } from '#lib/api/client.ts';
import type { Schema } from '#lib/api/types.ts';
import { catalogue } from './catalogue.svelte.ts';
import { session } from './session.svelte.ts';

type Pace = Schema<'Pace'>;

/** A course as one person sees it. */
export class CourseView {
	page = $state.raw() as Schema<'CoursePage'>;
	outline = $state.raw<Schema<'OutlineOut'> | undefined>();

	constructor(page: Schema<'CoursePage'>, outline: Schema<'OutlineOut'> | undefined) {
		this.page = page;
		this.outline = outline;
	}

	/** The calendar a pace would give. */
	schedule(pace: Pace): Promise<Schema<'OpeningDay'>[]> {
		const query = { kind: pace.kind, ...(pace.kind === 'custom' && { days: (pace.days ?? []).join(',') }) };
		return ok(api.GET('/api/v1/courses/{course}/schedule', { params: { path: { course: this.page.id }, query } }));
	}

	/** Enrols; returns the lesson to begin with. */
	async enrol(pace: Pace): Promise<string | undefined> {
		const join = ok(api.POST('/api/v1/courses/{course}/enrolment', { params: { path: { course: this.page.id } }, body: { pace } }));
		const refused = await join.then(
			() => undefined,
			(e: unknown) => {
				if (!(e instanceof ApiProblem) || e.status !== 409) throw e;
				return e;
			}
		);
		await this.refresh();
		// Enrolled meanwhile, in another tab, is as good; every other conflict is a no that is said.
		const state = this.outline?.enrolment?.state;
		if (refused && (!state || state === 'left')) throw refused;
		return this.outline?.days[0]?.lessons[0]?.id;
	}

	async changePace(pace: Pace): Promise<void> {
		const id = this.outline?.enrolment?.id;
		if (!id) return;
		await ok(api.PATCH('/api/v1/enrolments/{enrolment}', { params: { path: { enrolment: id } }, body: { pace } }));
		await this.refresh();
	}

	/** Opens a day before its date. */
	async openAhead(day: number): Promise<void> {
		const id = this.outline?.enrolment?.id;
		if (!id) return;
		await openNextDay(id, day);
		await this.refresh();
	}

	async leave(): Promise<void> {
		const id = this.outline?.enrolment?.id;
		if (!id) return;
		await api.DELETE('/api/v1/enrolments/{enrolment}', { params: { path: { enrolment: id } } });
		await this.refresh();
	}

	async refresh(): Promise<void> {
		this.outline = await fetchOutline(this.page.id);
		catalogue.forget();
	}
}

/** Opens the next day of an enrolment before its date; tells the lesson to begin it with. */
export async function openNextDay(enrolment: string, day: number): Promise<string | undefined> {
	const open = await ok(api.POST('/api/v1/enrolments/{enrolment}/next-day', { params: { path: { enrolment } }, body: { day } }));
	return open.lesson?.id;
}

export function fetchOutline(course: string): Promise<Schema<'OutlineOut'>> {
	return ok(api.GET('/api/v1/courses/{course}/learn', { params: { path: { course } } }));
}

/** The public page and, for somebody signed in, their way through it. */
export async function openCourse(course: string): Promise<CourseView> {
	const [page, outline] = await Promise.all([
		ok(api.GET('/api/v1/courses/{course}', { params: { path: { course } } })),
		session.user ? fetchOutline(course) : undefined
	]);
	return new CourseView(page, outline);
}
