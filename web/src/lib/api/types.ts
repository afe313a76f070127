import type { components } from './schema.d.ts';

/** The shapes many screens share, under short names. Everything else: `Schema<'CoursePage'>`. */
export type Schema<K extends keyof components['schemas']> = components['schemas'][K];

export type Viewer = Schema<'MeOut'>;
export type Instance = Schema<'InstanceOut'>;
export type Role = Viewer['role'];
export type CourseCard = Schema<'CourseCard'>;
export type Profile = Schema<'ProfileOut'>;
