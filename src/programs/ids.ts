/** The ids of all generated programs start with this. */
export const PROGRAMS = 'programs/';
