package io.hubstorage.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedFolderTest {
    @TempDir
    Path home;

    private SharedFolder here;
    private SharedFolder there;

    /** One folder, by two ways that lead to it. */
    @BeforeEach
    void mount() throws IOException {
        Path data = Files.createDirectories(home.resolve("data"));
        here = new SharedFolder(new Layout(data));
        there = new SharedFolder(new Layout(Files.createSymbolicLink(home.resolve("mounted"), data)));
    }

    @Test
    void whoHasTheSameFolderFindsTheWordAndDoesAllThatABackupDoes() throws IOException {
        SharedFolder.Question question = here.ask();

        String word = there.answer(question.name());

        assertThat(word).isEqualTo(question.word());
        assertThat(here.judge(question, word)).isEmpty();
        here.forget(question);
        assertThat(home.resolve("data/.hubstorage/probes")).isEmptyDirectory();
    }

    @Test
    void whoHasAnotherFolderDoesNotFindIt() throws IOException {
        SharedFolder other = new SharedFolder(new Layout(Files.createDirectories(home.resolve("other"))));
        SharedFolder.Question question = here.ask();

        assertThatThrownBy(() -> other.answer(question.name()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is not there");
        assertThat(here.judge(question, "made up").orElseThrow()).contains("something other");
        assertThat(here.judge(question, question.word()).orElseThrow()).contains("is not seen here");
    }

    @Test
    void anAnswerWhoseLinkIsACopyIsNone() throws IOException {
        SharedFolder.Question question = here.ask();
        String word = there.answer(question.name());
        Path link =
                home.resolve("data/.hubstorage/probes").resolve(question.name()).resolve("link");
        Files.delete(link);
        Files.writeString(link, word);

        assertThat(here.judge(question, word).orElseThrow()).contains("not what is seen of it here");
    }

    @Test
    void aNameThatLeadsElsewhereIsRefused() {
        assertThatThrownBy(() -> there.answer("../../outside")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFolderWithoutABackupHasNoIdYet() throws IOException {
        assertThat(here.id()).isEmpty();
        String id = new Destination(new Layout(home.resolve("data")), home.resolve("config"))
                .claim()
                .id();
        assertThat(there.id()).isEqualTo(id);
    }
}
