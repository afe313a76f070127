import { m } from '#lib/paraglide/messages.js';

const names = { imprint: m.leg_imprint, privacy: m.leg_privacy, terms: m.leg_terms };

export const legalName = (page: keyof typeof names): string => names[page]();
