/* Stands in until the server's OpenAPI document is generated (npm run api overwrites this file). */

type Opt<T> = T | null;
interface Json<T> {
	headers: { [name: string]: unknown };
	content: { 'application/json': T };
}
interface Empty {
	headers: { [name: string]: unknown };
	content?: never;
}
/** As the generator writes operations without parameters or body. */
interface Bare<R, Status extends number = 200> {
	parameters: { query?: never; header?: never; path?: never; cookie?: never };
	requestBody?: never;
	responses: { [S in Status]: [R] extends [never] ? Empty : Json<R> };
}
interface Post<R, B, Status extends number = 200> {
	parameters: { query?: never; header?: never; path?: never; cookie?: never };
	requestBody: { content: { 'application/json': B } };
	responses: { [S in Status]: [R] extends [never] ? Empty : Json<R> };
}
interface Query<R, Q> {
	parameters: { query?: Q; header?: never; path?: never; cookie?: never };
	requestBody?: never;
	responses: { 200: Json<R> };
}
interface At<R, P, Q = never, Status extends number = 200> {
	parameters: { query?: [Q] extends [never] ? never : Q; header?: never; path: P; cookie?: never };
	requestBody?: never;
	responses: { [S in Status]: [R] extends [never] ? Empty : Json<R> };
}
interface AtPost<R, P, B, Status extends number = 200> {
	parameters: { query?: never; header?: never; path: P; cookie?: never };
	requestBody: { content: { 'application/json': B } };
	responses: { [S in Status]: [R] extends [never] ? Empty : Json<R> };
}
interface Paged<T> {
	items: T[];
	next?: Opt<string>;
}
interface Cursor {
	cursor?: string;
	limit?: number;
}

type Level = 'beginner' | 'intermediate' | 'advanced';
type Plan = 'free' | 'premium';
type Role = 'learner' | 'instructor' | 'admin';
type LessonState = 'done' | 'in_progress' | 'open' | 'locked';

export interface components {
	schemas: {
		BrandingOut: { hue: number; chroma: number; logo_url?: Opt<string> };
		InstanceOut: {
			name: string;
			tagline?: Opt<string>;
			needs_setup: boolean;
			support_email?: Opt<string>;
			registration: { mode: 'open' | 'domains' | 'invite'; domains: string[]; password_min_length: number };
			public_catalogue: boolean;
			branding: components['schemas']['BrandingOut'];
			languages: string[];
			version: string;
			day_start_hour: number;
		};
		ProfileOut: {
			name: string;
			headline?: Opt<string>;
			time_zone: string;
			language: string;
			interests: string[];
			skill_level?: Opt<Level>;
			daily_goal_minutes?: Opt<number>;
			theme: 'system' | 'light' | 'dark';
			text_size: number;
			picture_url?: Opt<string>;
		};
		MeOut: {
			id: string;
			name: string;
			email: string;
			role: Role;
			plan: Plan;
			profile: components['schemas']['ProfileOut'];
			completion: { percent: number; missing: string[] };
			pending_email?: Opt<string>;
			created_at: string;
		};
		SignedInOut: { user: components['schemas']['MeOut'] };
		PasswordCheckOut: { score: number; acceptable: boolean; problems: string[]; suggestion?: Opt<string> };
		InviteDetailsOut: { email: string; role: Role; invited_by: string; organisation: string };
		SessionOut: {
			id: string;
			device: string;
			ip: string;
			place?: Opt<string>;
			created_at: string;
			last_seen_at: string;
			is_current: boolean;
		};
		CategoryOut: { id: string; slug: string; name: string; course_count: number };
		CategoryRef: { id: string; slug: string; name: string };
		CourseCard: {
			id: string;
			slug: string;
			title: string;
			summary: string;
			category: components['schemas']['CategoryRef'];
			level: Level;
			language: string;
			length?: Opt<number>;
			minutes_per_day: number;
			total_minutes: number;
			lesson_count: number;
			tags: string[];
			plan: Plan;
			price?: Opt<{ minor: number; currency: string }>;
			palette: string;
			cover_url?: Opt<string>;
			learner_count: number;
			published_at: string;
			version: number;
		};
		VideoOut: {
			url: string;
			mime: string;
			poster_url?: Opt<string>;
			duration_ms?: Opt<number>;
			captions: { language: string; label: string; url: string }[];
		};
		PlanLesson: { id: string; title: string; summary: string; minutes: number; is_preview: boolean; is_required: boolean };
		CoursePage: components['schemas']['CourseCard'] & {
			description_html: string;
			outcomes: string[];
			author: { name: string };
			weeks: string[];
			trailer?: Opt<components['schemas']['VideoOut']>;
			plan_days: { day: number; lessons: components['schemas']['PlanLesson'][] }[];
			updated_at: string;
			can_edit: boolean;
		};
		LessonContent: {
			id: string;
			course_id: string;
			title: string;
			summary: string;
			day: number;
			minutes: number;
			body_html: string;
			video?: Opt<components['schemas']['VideoOut']>;
			actions: { id: string; text: string }[];
			resources: { title: string; url: string; kind: 'link' | 'file'; bytes?: Opt<number> }[];
			is_required: boolean;
			completion: 'mark' | 'actions' | 'video';
			revision: string;
		};
		Pace: { kind: 'daily' | 'weekdays' | 'custom' | 'all_at_once'; days?: Opt<number[]> };
		OpeningDay: { day: number; on: string; at: string };
		EnrolmentOut: {
			id: string;
			course_id: string;
			version: number;
			cycle: number;
			state: 'active' | 'completed' | 'left';
			pace: components['schemas']['Pace'];
			starts_on: string;
			opens: components['schemas']['OpeningDay'][];
		};
		CourseMini: { id: string; slug: string; title: string; palette: string; cover_url?: Opt<string>; length?: Opt<number> };
		TodayCourse: {
			course: components['schemas']['CourseMini'];
			enrolment_id: string;
			day: number;
			lesson: { id: string; title: string; summary: string; minutes: number };
			state: 'new' | 'in_progress' | 'done_today' | 'finished';
			minutes_left: number;
			resume?: Opt<{ video_seconds?: Opt<number>; block_id?: Opt<string>; label?: Opt<string> }>;
			days: { day: number; state: 'done' | 'today' | 'open' | 'locked'; title: string }[];
			lessons_done: number;
			lessons_total: number;
			next_opens_at?: Opt<string>;
			next_title?: Opt<string>;
		};
		TodayOther: {
			course: components['schemas']['CourseMini'];
			day: number;
			lessons_done: number;
			lessons_total: number;
			lesson: { id: string; title: string };
			minutes: number;
			percent: number;
		};
		TodayOut: {
			learning_day: string;
			day_start_hour: number;
			current?: Opt<components['schemas']['TodayCourse']>;
			others: components['schemas']['TodayOther'][];
			finished: components['schemas']['CourseMini'][];
			minutes_today: number;
			daily_goal_minutes?: Opt<number>;
		};
		MyCourse: {
			course: components['schemas']['CourseMini'];
			enrolment_id: string;
			state: 'going' | 'finished' | 'left';
			lessons_done: number;
			lessons_total: number;
			percent: number;
			minutes: number;
			next_lesson?: Opt<{ id: string; title: string; day: number }>;
			next_opens_at?: Opt<string>;
			last_activity_at: string;
			completed_at?: Opt<string>;
		};
		OutlineLesson: {
			id: string;
			title: string;
			summary: string;
			minutes: number;
			state: LessonState;
			is_required: boolean;
			is_preview: boolean;
			completed_at?: Opt<string>;
		};
		OutlineDay: {
			day: number;
			opens_at?: Opt<string>;
			state: 'done' | 'current' | 'open' | 'locked';
			reason?: Opt<'not_yet' | 'not_enrolled' | 'premium'>;
			lessons: components['schemas']['OutlineLesson'][];
		};
		OutlineOut: {
			course: components['schemas']['CourseMini'];
			enrolment?: Opt<components['schemas']['EnrolmentOut']>;
			percent: number;
			lessons_done: number;
			required_done: number;
			required_total: number;
			minutes: number;
			weeks: string[];
			days: components['schemas']['OutlineDay'][];
			resume?: Opt<{ lesson_id: string; block_id?: Opt<string>; block_offset?: Opt<number>; video_seconds?: Opt<number> }>;
		};
		Position: { block_id?: Opt<string>; block_offset?: Opt<number>; video_seconds?: Opt<number>; updated_at: string };
		LessonOut: {
			content: components['schemas']['LessonContent'];
			my: {
				opened_at?: Opt<string>;
				completed_at?: Opt<string>;
				active_seconds: number;
				actions_done: string[];
				position?: Opt<components['schemas']['Position']>;
				can_complete: boolean;
				unmet?: Opt<'actions' | 'video'>;
			};
			day: number;
			days_total: number;
			previous?: Opt<{ id: string; title: string }>;
			next?: Opt<{ id: string; title: string; state: LessonState; opens_at?: Opt<string> }>;
			note_count: number;
			is_bookmarked: boolean;
		};
		CompletionOut: {
			completed_at: string;
			minutes: number;
			course: { percent: number; lessons_done: number; lessons_total: number; is_completed: boolean };
			next?: Opt<{ id: string; title: string; day: number; state: LessonState; opens_at?: Opt<string> }>;
		};
		NoteOut: {
			id: string;
			lesson: { id: string; title: string; day: number };
			course: { id: string; slug: string; title: string };
			text: string;
			block_id?: Opt<string>;
			quote?: Opt<string>;
			video_seconds?: Opt<number>;
			created_at: string;
			updated_at: string;
		};
		BookmarkOut: {
			id: string;
			lesson: { id: string; title: string; day: number };
			course: { id: string; slug: string; title: string };
			block_id?: Opt<string>;
			video_seconds?: Opt<number>;
			label?: Opt<string>;
			created_at: string;
		};
		/** One finished lesson, for "my progress". */
		HistoryOut: {
			lesson: { id: string; title: string; day: number };
			course: { id: string; slug: string; title: string };
			minutes: number;
			completed_at: string;
		};
		Organisation: { name: string; tagline: string; brand_colour: string; support_email?: Opt<string>; footer: string };
		RegistrationSettings: {
			mode: 'open' | 'domains' | 'invite';
			domains: string[];
			public_catalogue: boolean;
			password_min_length: number;
		};
		LearningSettings: { day_start_hour: number; default_pace: 'daily' | 'weekdays'; heartbeat_seconds: number };
		MailSettingsIn: {
			mode: 'outbox' | 'smtp';
			host: string;
			port: number;
			security: 'starttls' | 'tls' | 'none';
			username: string;
			password?: Opt<string>;
			from_name: string;
			from_address?: Opt<string>;
		};
		MailSettingsOut: Omit<components['schemas']['MailSettingsIn'], 'password'> & { has_password: boolean };
		SettingsOut: {
			organisation: components['schemas']['Organisation'];
			logo_url?: Opt<string>;
			registration: components['schemas']['RegistrationSettings'];
			learning: components['schemas']['LearningSettings'];
			mail: components['schemas']['MailSettingsOut'];
		};
		SystemOut: {
			version: string;
			started_at: string;
			database_bytes: number;
			wal_bytes: number;
			writer: { commits: number; writes: number; waiting: number; is_refusing: boolean };
			events: { head: number; reactions: { name: string; behind: number; parked: number }[] };
			jobs: { waiting: number; running: number; dead: number };
			mails: { waiting: number; failed: number };
			/** What slices count: `search.documents`, `media.bytes`. */
			figures: { [slice: string]: { [figure: string]: number } };
		};
		JobOut: {
			id: string;
			kind: string;
			queue: string;
			state: string;
			attempts: number;
			run_at: string;
			last_error?: Opt<string>;
			created_at: string;
		};
		AuditOut: {
			id: string;
			actor: string;
			actor_name?: Opt<string>;
			action: string;
			subject: string;
			before?: Opt<Record<string, never>>;
			after?: Opt<Record<string, never>>;
			at: string;
		};
		SearchHit: {
			kind: 'course' | 'lesson';
			course: components['schemas']['CourseCard'];
			lesson?: Opt<{ id: string; title: string; day: number; is_open: boolean }>;
			snippet_html?: Opt<string>;
		};
		Facet: { value: string; count: number };
		SearchOut: {
			items: components['schemas']['SearchHit'][];
			next?: Opt<string>;
			facets: {
				category: components['schemas']['Facet'][];
				level: components['schemas']['Facet'][];
				length: components['schemas']['Facet'][];
				language: components['schemas']['Facet'][];
				plan: components['schemas']['Facet'][];
			};
			total: number;
			did_you_mean?: Opt<string>;
		};
		SuggestOut: {
			courses: { id: string; slug: string; title: string; palette: string }[];
			lessons: { id: string; title: string; course: { slug: string; title: string } }[];
		};
		UserOut: {
			id: string;
			name: string;
			email: string;
			role: Role;
			plan: Plan;
			is_active: boolean;
			is_verified: boolean;
			created_at: string;
			last_seen_at?: Opt<string>;
		};
		InviteOut: {
			id: string;
			email: string;
			name?: Opt<string>;
			role: Role;
			invited_by: string;
			created_at: string;
			expires_at: string;
		};
	};
}
type S = components['schemas'];

export interface paths {
	'/api/v1/instance': { get: Bare<S['InstanceOut']> };
	'/api/v1/setup': {
		post: Post<
			S['SignedInOut'],
			{
				token: string;
				organisation: string;
				brand_colour?: Opt<string>;
				name: string;
				email: string;
				password: string;
				time_zone: string;
			},
			201
		>;
	};
	'/api/v1/auth/register': {
		post: {
			parameters: { query?: never; header?: never; path?: never; cookie?: never };
			requestBody: {
				content: {
					'application/json': {
						name: string;
						email: string;
						password: string;
						time_zone: string;
						language: string;
						invite?: Opt<string>;
					};
				};
			};
			responses: { 201: Json<S['SignedInOut']>; 202: Json<{ next: 'verify_email' }> };
		};
	};
	'/api/v1/auth/verify-email': { post: Post<S['SignedInOut'], { token: string }> };
	'/api/v1/auth/resend-verification': { post: Post<never, { email: string }, 202> };
	'/api/v1/auth/sign-in': { post: Post<S['SignedInOut'], { email: string; password: string }> };
	'/api/v1/auth/sign-out': { post: Bare<never, 204> };
	'/api/v1/auth/forgot-password': { post: Post<never, { email: string }, 202> };
	'/api/v1/auth/reset-password': { post: Post<never, { token: string; password: string }, 204> };
	'/api/v1/auth/check-password': {
		post: Post<S['PasswordCheckOut'], { password: string; name?: Opt<string>; email?: Opt<string> }>;
	};
	'/api/v1/auth/invite-details': { post: Post<S['InviteDetailsOut'], { token: string }> };
	'/api/v1/auth/confirm-email': { post: Post<never, { token: string }, 204> };
	'/api/v1/me': { get: Bare<S['MeOut']> };
	'/api/v1/me/email': { post: Post<never, { email: string; password: string }, 202> };
	'/api/v1/me/password': { post: Post<never, { current: string; new: string }, 204> };
	'/api/v1/me/sessions': { get: Bare<S['SessionOut'][]>; delete: Bare<never, 204> };
	'/api/v1/me/sessions/{session}': { delete: At<never, { session: string }, never, 204> };
	'/api/v1/me/delete': { post: Post<never, { password: string }, 204> };
	'/api/v1/me/profile': {
		get: Bare<S['ProfileOut']>;
		patch: Post<S['ProfileOut'], Partial<Omit<S['ProfileOut'], 'picture_url'>>>;
	};
	'/api/v1/me/picture': { delete: Bare<never, 204> };
	'/api/v1/invites': {
		get: Query<Paged<S['InviteOut']>, Cursor>;
		post: Post<S['InviteOut'], { email: string; name?: Opt<string>; role: Role }, 201>;
	};
	'/api/v1/invites/{invite}': { delete: At<never, { invite: string }, never, 204> };
	'/api/v1/users': {
		get: Query<Paged<S['UserOut']>, Cursor & { q?: string; role?: Role; plan?: Plan; state?: 'active' | 'unverified' | 'deactivated' }>;
	};
	'/api/v1/users/{user}': {
		get: At<S['UserOut'], { user: string }>;
		patch: AtPost<S['UserOut'], { user: string }, { role?: Role; plan?: Plan; is_active?: boolean }>;
	};
	'/api/v1/categories': { get: Bare<S['CategoryOut'][]> };
	'/api/v1/courses': {
		get: Query<
			Paged<S['CourseCard']>,
			Cursor & {
				category?: string;
				length?: string;
				level?: string;
				language?: string;
				tag?: string;
				plan?: string;
				sort?: 'newest' | 'popular' | 'title';
			}
		>;
	};
	'/api/v1/courses/{course}': { get: At<S['CoursePage'], { course: string }> };
	'/api/v1/courses/{course}/lessons/{lesson}/preview': { get: At<S['LessonContent'], { course: string; lesson: string }> };
	'/api/v1/courses/{course}/enrolment': {
		post: AtPost<S['EnrolmentOut'], { course: string }, { pace: S['Pace'] }, 201>;
	};
	'/api/v1/courses/{course}/schedule': {
		get: At<S['OpeningDay'][], { course: string }, { kind: string; days?: string }>;
	};
	'/api/v1/enrolments/{enrolment}': {
		patch: AtPost<S['EnrolmentOut'], { enrolment: string }, { pace: S['Pace'] }>;
		delete: At<never, { enrolment: string }, never, 204>;
	};
	'/api/v1/me/today': { get: Bare<S['TodayOut']> };
	'/api/v1/me/courses': { get: Query<Paged<S['MyCourse']>, Cursor & { state?: 'going' | 'finished' | 'left' }> };
	'/api/v1/courses/{course}/learn': { get: At<S['OutlineOut'], { course: string }> };
	'/api/v1/lessons/{lesson}': { get: At<S['LessonOut'], { lesson: string }> };
	'/api/v1/lessons/{lesson}/open': { post: At<never, { lesson: string }, never, 204> };
	'/api/v1/lessons/{lesson}/heartbeat': {
		post: AtPost<
			{ active_seconds: number; minutes_today: number },
			{ lesson: string },
			{ timer: string; seconds: number; is_active: boolean; position?: Opt<Partial<S['Position']>>; at?: Opt<string> }
		>;
	};
	'/api/v1/lessons/{lesson}/position': {
		put: AtPost<
			never,
			{ lesson: string },
			{ block_id?: Opt<string>; block_offset?: Opt<number>; video_seconds?: Opt<number>; client_at: string },
			204
		>;
	};
	'/api/v1/lessons/{lesson}/actions/{action}': {
		put: AtPost<{ actions_done: string[] }, { lesson: string; action: string }, { done: boolean }>;
	};
	'/api/v1/lessons/{lesson}/complete': {
		post: AtPost<S['CompletionOut'], { lesson: string }, { key?: Opt<string> }>;
	};
	'/api/v1/lessons/{lesson}/notes': {
		get: At<S['NoteOut'][], { lesson: string }>;
		post: AtPost<
			S['NoteOut'],
			{ lesson: string },
			{ text: string; block_id?: Opt<string>; quote?: Opt<string>; video_seconds?: Opt<number>; key?: Opt<string> },
			201
		>;
	};
	'/api/v1/lessons/{lesson}/bookmarks': {
		post: AtPost<
			S['BookmarkOut'],
			{ lesson: string },
			{ block_id?: Opt<string>; video_seconds?: Opt<number>; label?: Opt<string>; key?: Opt<string> },
			200 | 201
		>;
	};
	'/api/v1/me/notes': { get: Query<Paged<S['NoteOut']>, Cursor & { course?: string; q?: string }> };
	'/api/v1/notes/{note}': {
		patch: AtPost<S['NoteOut'], { note: string }, { text: string }>;
		delete: At<never, { note: string }, never, 204>;
	};
	'/api/v1/notes/{note}/restore': { post: At<S['NoteOut'], { note: string }> };
	'/api/v1/me/bookmarks': { get: Query<Paged<S['BookmarkOut']>, Cursor> };
	'/api/v1/bookmarks/{bookmark}': { delete: At<never, { bookmark: string }, never, 204> };
	'/api/v1/search': {
		get: Query<
			S['SearchOut'],
			Cursor & {
				q?: string;
				category?: string;
				level?: string;
				length?: string;
				language?: string;
				plan?: string;
				kind?: 'course' | 'lesson';
			}
		>;
	};
	'/api/v1/search/suggest': { get: Query<S['SuggestOut'], { q: string }> };
	'/api/v1/me/history': { get: Query<Paged<S['HistoryOut']>, Cursor> };
	'/api/v1/admin/settings': { get: Bare<S['SettingsOut']> };
	'/api/v1/admin/settings/organisation': { put: Post<S['Organisation'], S['Organisation']> };
	'/api/v1/admin/settings/registration': { put: Post<S['RegistrationSettings'], S['RegistrationSettings']> };
	'/api/v1/admin/settings/learning': { put: Post<S['LearningSettings'], S['LearningSettings']> };
	'/api/v1/admin/settings/mail': { put: Post<S['MailSettingsOut'], S['MailSettingsIn']> };
	'/api/v1/admin/settings/mail/test': { post: Post<never, { to: string }, 202> };
	'/api/v1/admin/logo': { delete: Bare<never, 204> };
	'/api/v1/admin/system': { get: Bare<S['SystemOut']> };
	'/api/v1/admin/jobs': { get: Query<Paged<S['JobOut']>, Cursor & { state?: 'waiting' | 'running' | 'dead' }> };
	'/api/v1/admin/jobs/{job}/retry': { post: At<never, { job: string }, never, 204> };
	'/api/v1/admin/audit': { get: Query<Paged<S['AuditOut']>, Cursor> };
}
