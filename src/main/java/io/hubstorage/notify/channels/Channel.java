package io.hubstorage.notify.channels;

import io.hubstorage.notify.Message;
import io.vertx.core.Future;

/** Somebody who can be told. Thread-safe. */
public interface Channel {
    /**
     * Makes one attempt. Never throws and never fails; ends within {@link Attempt#SLOW_DEADLINE}. Nothing of it runs on the caller's
     * thread, and the future completes on the caller's context.
     */
    Future<Receipt> deliver(Message message);
}
