package io.hubstorage.cli;

import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What the commands need of the program around them. The composition root implements it, because nobody imports that. */
public interface Program {
    /** As the build numbered it. */
    String version();

    /** The variables of this process. */
    Map<String, String> environment();

    /** What time it is. */
    InstantSource clock();

    /** What stdout is. */
    Terminal terminal();

    /**
     * Something that nobody may read on the screen: asked for at a terminal, without an echo, else the next line of stdin.
     * Blocks. Null at the end of the input.
     *
     * @param question what to ask
     */
    @Nullable
    String secret(String question);

    /**
     * Starts what the launch asks for. Blocks until all of it is up.
     *
     * @throws io.hubstorage.config.ConfigException when the configuration cannot be used
     * @throws StartException when something else is in the way
     */
    Running start(Launch launch);

    /**
     * Completes at the first SIGTERM, SIGINT or SIGHUP, which from now on do not end the process any more: whoever calls
     * this has to. After 8 s, or at a second signal, it is ended all the same.
     */
    CompletableFuture<Void> stopRequest();
}
