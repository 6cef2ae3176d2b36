package io.hubstorage.jobs;

import java.util.ArrayList;
import java.util.List;

/** The jobs of this process that must not run beside each other. Thread-safe. */
public final class Jobs {
    private final List<Job> running = new ArrayList<>();

    public static final class ExcludedException extends Exception {
        private static final long serialVersionUID = 1L;

        private ExcludedException(Job other) {
            super("a %s is running already (%s)".formatted(other.kind().word(), other.id()));
        }
    }

    /** Begins a job, which is under way until {@link #end}. */
    public synchronized Job begin(Job.Kind kind, String id) throws ExcludedException {
        for (Job other : running) {
            if (kind.excludes(other.kind())) {
                throw new ExcludedException(other);
            }
        }
        Job job = new Job(kind, id);
        running.add(job);
        return job;
    }

    public synchronized void end(Job job) {
        running.remove(job);
    }
}
