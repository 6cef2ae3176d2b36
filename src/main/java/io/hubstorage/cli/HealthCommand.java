package io.hubstorage.cli;

import java.io.PrintWriter;
import java.net.URI;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Whether the service on this machine is well. */
@Command(
        name = "health",
        description = "Ask the running service whether it is ready; for health checks and scripts.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  java -jar hubstorage.jar health",
            "  java -jar hubstorage.jar health --url http://192.168.1.20:5002/health/ready"
        })
final class HealthCommand implements Callable<Integer> {
    private final Program program;

    @Option(
            names = "--url",
            paramLabel = "<url>",
            description = "What to ask (else /health/ready where HUBSTORAGE_WEB_HOST and HUBSTORAGE_WEB_PORT say)")
    private @Nullable URI url;

    @Spec
    private @Nullable CommandSpec spec;

    HealthCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() {
        URI asked = url != null
                ? url
                : HealthProbe.readiness(
                        new Overrides().over(program.environment()).settings().web());
        HealthProbe.Answer answer = HealthProbe.ask(asked);
        PrintWriter out = HubCommand.spec(spec).commandLine().getOut();
        out.println(Amounts.printable(answer.text()));
        out.flush();
        return (answer.ready() ? ExitCode.OK : ExitCode.FAILED).code();
    }
}
