package io.hubstorage.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The manual page of one command: what its {@code --help} says, in the language of man(7). */
final class ManPage {
    /** As it is called where there are manual pages. */
    private static final String PROGRAM = "hubstorage";

    private static final String AS_A_JAR = "java -jar hubstorage.jar";
    private static final int WIDE = 10_000;

    private final CommandSpec spec;
    private final Help help;
    private final StringBuilder page = new StringBuilder();

    private ManPage(CommandLine line) {
        this.spec = line.getCommandSpec();
        // Man breaks the lines, who knows how wide they may be.
        spec.usageMessage().autoWidth(false).width(WIDE);
        this.help = new Help(spec, Help.defaultColorScheme(Help.Ansi.OFF));
    }

    /** The name of its file without {@code .1}: hubstorage-config-create. */
    static String name(CommandLine line) {
        String whole = line.getCommandSpec().qualifiedName(" ");
        return whole.replace(AS_A_JAR, PROGRAM).replace(' ', '-');
    }

    /** The page as man reads it. */
    static String of(CommandLine line) {
        return new ManPage(line).write();
    }

    private String write() {
        CommandLine line = spec.commandLine();
        UsageMessageSpec usage = spec.usageMessage();
        String name = name(line);
        List<String> description = plain(usage.description());
        page.append(".TH \"%s\" 1 \"\" \"%s\" \"HubStorage\"\n"
                .formatted(
                        escaped(name.toUpperCase(Locale.ROOT)),
                        escaped(spec.root().version()[0])));
        section("NAME")
                .append(escaped(name))
                .append(" \\- ")
                .append(escaped(summary(description.getFirst())))
                .append('\n');
        section("SYNOPSIS").append(".PD 0\n");
        for (String synopsis : plain(synopsis(usage))) {
            page.append(".HP 4\n\\fB").append(escaped(name.replace('-', ' '))).append("\\fR");
            page.append(escaped(synopsis.replaceFirst("^" + command(), ""))).append('\n');
        }
        page.append(".PD\n");
        section("DESCRIPTION");
        text(description);
        parameters();
        options();
        commands();
        codes(usage);
        examples(usage);
        section("SEE ALSO").append(String.join(", ", related(line))).append('\n');
        return page.toString();
    }

    private StringBuilder section(String title) {
        return page.append(".SH ").append(title).append('\n');
    }

    /** The command with those above it, as the help calls it. */
    private String command() {
        return spec.qualifiedName(" ").replace(AS_A_JAR, PROGRAM);
    }

    private String[] synopsis(UsageMessageSpec usage) {
        if (usage.customSynopsis().length > 0) {
            return usage.customSynopsis();
        }
        return new String[] {help.synopsis(0).strip().replaceAll("\\s+", " ")};
    }

    private void parameters() {
        List<PositionalParamSpec> shown = spec.positionalParameters().stream()
                .filter(parameter -> !parameter.hidden())
                .toList();
        if (!shown.isEmpty()) {
            section("ARGUMENTS");
            for (PositionalParamSpec parameter : shown) {
                Help.Ansi.Text[][] rows = help.createDefaultParameterRenderer()
                        .render(parameter, help.createDefaultParamLabelRenderer(), help.colorScheme());
                entry(rows);
            }
        }
    }

    private void options() {
        Set<OptionSpec> grouped = new LinkedHashSet<>();
        spec.argGroups().forEach(group -> grouped.addAll(group.allOptionsNested()));
        List<OptionSpec> own = spec.options().stream()
                .filter(option -> !grouped.contains(option))
                .toList();
        section("OPTIONS");
        options(own);
        for (ArgGroupSpec group : spec.argGroups()) {
            String heading = group.heading();
            if (heading != null) {
                page.append(".SS \"").append(escaped(plain(heading).getFirst())).append("\"\n");
            }
            options(group.allOptionsNested());
        }
    }

    private void options(List<OptionSpec> options) {
        options.stream()
                .filter(option -> !option.hidden())
                .sorted(Comparator.comparing((OptionSpec option) -> option.usageHelp() || option.versionHelp())
                        .thenComparing(OptionSpec::longestName))
                .map(option -> help.createDefaultOptionRenderer()
                        .render(option, help.createDefaultParamLabelRenderer(), help.colorScheme()))
                .forEach(this::entry);
    }

    /** What the help has in columns: names in the first ones, a line of the description in the last. */
    private void entry(Help.Ansi.Text[][] rows) {
        StringBuilder names = new StringBuilder();
        List<String> description = new ArrayList<>();
        for (Help.Ansi.Text[] row : rows) {
            // The first column marks what is required, which the synopsis says too.
            Arrays.stream(row, 1, row.length - 1)
                    .forEach(column -> names.append(column.toString().replace(",", ", ")));
            description.add(row[row.length - 1].toString());
        }
        page.append(".TP\n\\fB").append(escaped(names.toString().strip())).append("\\fR\n");
        page.append(line(String.join(" ", description).strip())).append('\n');
    }

    private void commands() {
        if (!spec.subcommands().isEmpty()) {
            section("COMMANDS");
            spec.subcommands().values().stream().distinct().forEach(sub -> {
                page.append(".TP\n\\fB").append(escaped(name(sub))).append("\\fR(1)\n");
                page.append(line(plain(sub.getCommandSpec().usageMessage().description())
                                .getFirst()))
                        .append('\n');
            });
        }
    }

    private void codes(UsageMessageSpec usage) {
        section("EXIT STATUS");
        usage.exitCodeList()
                .forEach((code, meaning) -> page.append(".TP\n\\fB")
                        .append(code)
                        .append("\\fR\n")
                        .append(line(plain(meaning).getFirst()))
                        .append('\n'));
    }

    private void examples(UsageMessageSpec usage) {
        List<String> lines = plain(usage.footer());
        if (!lines.isEmpty()) {
            section("EXAMPLES");
            text(lines);
        }
    }

    /** The command above, and those below. */
    private static List<String> related(CommandLine line) {
        List<CommandLine> related = new ArrayList<>();
        if (line.getParent() != null) {
            related.add(line.getParent());
        } else {
            related.addAll(line.getSubcommands().values());
        }
        return related.stream()
                .map(other -> "\\fB" + escaped(name(other)) + "\\fR(1)")
                .distinct()
                .toList();
    }

    /** Paragraphs to be filled, and indented lines that stay as they are. */
    private void text(List<String> lines) {
        boolean literal = false;
        for (String line : lines) {
            boolean indented = line.startsWith(" ");
            if (indented != literal) {
                page.append(indented ? ".RS 4\n.nf\n" : ".fi\n.RE\n");
                literal = indented;
            }
            if (line.isBlank()) {
                page.append(".PP\n");
            } else {
                page.append(line(line.strip())).append('\n');
            }
        }
        if (literal) {
            page.append(".fi\n.RE\n");
        }
    }

    /** A sentence as the line of a list: without its full stop, and not as a beginning. */
    private static String summary(String sentence) {
        String bare = sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
        return Character.toLowerCase(bare.charAt(0)) + bare.substring(1);
    }

    /** The lines that the help makes of these. */
    private static List<String> plain(String... texts) {
        return Arrays.stream(texts)
                .map(text -> Help.Ansi.OFF.string(String.format(text)).replace(AS_A_JAR, PROGRAM))
                .flatMap(text -> text.isEmpty() ? Stream.of("") : text.lines().dropWhile(String::isBlank))
                .toList();
    }

    /** A line of text, which roff must not take for a request. */
    private static String line(String text) {
        String safe = escaped(text.replace(AS_A_JAR, PROGRAM));
        return safe.startsWith(".") || safe.startsWith("'") ? "\\&" + safe : safe;
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\e").replace("-", "\\-").replace("\"", "\\(dq");
    }
}
