//! Mail on its way out: queued in the deed's transaction, sent by a job.
