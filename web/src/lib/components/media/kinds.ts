import AudioLines from '@lucide/svelte/icons/audio-lines';
import Captions from '@lucide/svelte/icons/captions';
import FileText from '@lucide/svelte/icons/file-text';
import Film from '@lucide/svelte/icons/film';
import ImageIcon from '@lucide/svelte/icons/image';
import type { Schema } from '#lib/api/types.ts';
import { m } from '#lib/paraglide/messages.js';
import type { IconType } from '../ui/icon.ts';

export type LibraryFile = Schema<'LibraryFileOut'>;
export type Kind = LibraryFile['kind'];

export const kinds: Kind[] = ['image', 'video', 'audio', 'captions', 'document'];

export const kindNames: Record<Kind, () => string> = {
	image: m.media_kind_image,
	video: m.media_kind_video,
	audio: m.media_kind_audio,
	captions: m.media_kind_captions,
	document: m.media_kind_document
};

export const kindIcons: Record<Kind, IconType> = {
	image: ImageIcon,
	video: Film,
	audio: AudioLines,
	captions: Captions,
	document: FileText
};

/** Which files the system's picker offers; what a file is, the server finds out. */
const offered: Record<Kind, string> = {
	image: 'image/jpeg,image/png,image/webp,image/gif',
	video: 'video/*',
	audio: 'audio/*',
	captions: '.vtt,.srt,text/vtt',
	document: '.pdf,.docx,.xlsx,.pptx,.odt,.ods,.odp,.txt,.csv,.md,.zip'
};

/** For a file input: everything when every kind is wanted. */
export function accept(wanted: Kind[]): string | undefined {
	return wanted.length === 0 || wanted.length === kinds.length ? undefined : wanted.map((kind) => offered[kind]).join(',');
}

/** A smaller form of a picture. */
export function thumb(file: { id: string; kind: Kind }): string | undefined {
	return file.kind === 'image' ? `/api/v1/media/${file.id}/file?rendition=w640` : undefined;
}
