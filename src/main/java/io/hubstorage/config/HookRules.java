package io.hubstorage.config;

import io.hubstorage.bus.ConfigMessage.Problem;
import io.hubstorage.bus.HookOutcome.When;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What {@code hooks} must be beyond what its schema says. */
final class HookRules {
    /** The folder of what may be run, which only the operator can name. */
    private static final String FOLDER = "HUBSTORAGE_HOOKS_PATH";

    private HookRules() {}

    /**
     * Adds what is wrong or without effect. Whether a file is there is found out when it is to run: its disk may not be mounted yet,
     * and no backup is to be missed for it.
     *
     * @param env absent where the configuration is only looked at
     */
    static void apply(
            List<HookConfig> hooks, @Nullable Environment env, List<Problem> problems, List<String> warnings) {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < hooks.size(); i++) {
            HookConfig hook = hooks.get(i);
            String path = "hooks[%d]".formatted(i);
            if (!names.add(hook.name())) {
                problems.add(new Problem(path + ".name", Secrets.show(hook.name()), "each name once"));
            }
            String run = hook.run();
            if ((run == null) == (hook.urlEnv() == null)) {
                problems.add(new Problem(
                        path + ".run",
                        run == null ? "nothing" : Secrets.show(run),
                        "either run, a file in the folder of hooks, or url_env, which names the variable that holds an"
                                + " address"));
            } else if (run != null && env != null && env.get(FOLDER) == null) {
                problems.add(new Problem(
                        path + ".run",
                        Secrets.show(run),
                        ("no command without a folder of hooks: set %s in .env to the folder that holds the file, which"
                                        + " only the machine's operator can")
                                .formatted(FOLDER)));
            }
            if (hook.when() == When.BEFORE && !hook.results().isEmpty()) {
                warnings.add(path + ".results has no effect in a hook that runs before");
            }
        }
    }
}
