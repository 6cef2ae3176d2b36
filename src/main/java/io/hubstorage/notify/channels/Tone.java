package io.hubstorage.notify.channels;

import io.hubstorage.notify.Event;
import io.hubstorage.notify.Message;
import io.hubstorage.notify.Message.State;
import java.util.Set;

/** How a message looks: its colour as 0xRRGGBB, and its sign as ntfy and others name emojis. */
enum Tone {
    CRITICAL(0xD92D20, "rotating_light"),
    WARNING(0xDC6803, "warning"),
    GOOD(0x079455, "white_check_mark"),
    NEUTRAL(0x175CD3, "information_source");

    private static final Set<Event> GOOD_NEWS = Set.of(Event.BACKUP_SUCCEEDED, Event.JOB_SUCCEEDED, Event.REPAIRED);

    private final int color;
    private final String sign;

    Tone(int color, String sign) {
        this.color = color;
        this.sign = sign;
    }

    static Tone of(Message message) {
        if (message.state() == State.RESOLVED || GOOD_NEWS.contains(message.event())) {
            return GOOD;
        }
        return switch (message.severity()) {
            case CRITICAL -> CRITICAL;
            case WARNING -> WARNING;
            case INFO -> NEUTRAL;
        };
    }

    int color() {
        return color;
    }

    /** As CSS has it. */
    String cssColor() {
        return "#%06x".formatted(color);
    }

    String sign() {
        return sign;
    }
}
