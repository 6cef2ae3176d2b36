package io.hubstorage.transfer;

import io.hubstorage.bus.BucketName;
import io.hubstorage.bus.S3Message;
import io.hubstorage.config.HubConfig;
import io.hubstorage.transfer.Accounts.Account;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;

/** What works and what does not with each account's S3. Blocking. */
record AccountDiagnoses(Accounts accounts, HubConfig config) {
    /** One that takes longer has no answer of its own, and the others have theirs. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    S3Message.Diagnosis diagnose() throws InterruptedException {
        List<Account> all = accounts.all();
        if (all.size() == 1) {
            return diagnose(all.getFirst());
        }
        List<Callable<S3Message.Diagnosis>> questions = new ArrayList<>();
        all.forEach(account -> questions.add(() -> diagnose(account)));
        List<Future<S3Message.Diagnosis>> answers = Accounts.ask(questions, PATIENCE);
        List<S3Message.AccountDiagnosis> named = new ArrayList<>();
        for (int i = 1; i < all.size(); i++) {
            named.add(named(all.get(i), answers.get(i)));
        }
        return whole(answer(all.getFirst(), answers.getFirst()), named);
    }

    /** The account without a name counts where something is of it, or may be: where buckets are searched for with keys that there are. */
    private S3Message.Diagnosis whole(S3Message.Diagnosis unnamed, List<S3Message.AccountDiagnosis> named) {
        boolean counts = config.needsUnnamedAccount()
                || (config.selection().dynamic() && unnamed.credentials().configured());
        boolean ok = named.stream().allMatch(S3Message.AccountDiagnosis::ok);
        return new S3Message.Diagnosis(
                ok && (unnamed.ok() || !counts),
                unnamed.endpoint(),
                unnamed.region(),
                unnamed.credentials(),
                unnamed.identity(),
                counts ? unnamed.steps() : List.of(),
                named);
    }

    private S3Message.Diagnosis diagnose(Account account) throws InterruptedException {
        List<String> buckets = config.selection().names().stream()
                .filter(name -> Objects.equals(BucketName.parse(name).account(), account.name()))
                .toList();
        return account.s3().diagnostics().diagnose(buckets, config::requestPayer);
    }

    private S3Message.AccountDiagnosis named(Account account, Future<S3Message.Diagnosis> future) {
        S3Message.Diagnosis answer = answer(account, future);
        return new S3Message.AccountDiagnosis(
                String.valueOf(account.name()),
                answer.ok(),
                answer.endpoint(),
                answer.region(),
                answer.credentials(),
                answer.identity(),
                answer.steps());
    }

    private S3Message.Diagnosis answer(Account account, Future<S3Message.Diagnosis> future) {
        return switch (future.state()) {
            case SUCCESS -> future.resultNow();
            case FAILED -> unknown(account, String.valueOf(future.exceptionNow().getMessage()));
            default -> unknown(account, "no answer within %d s".formatted(PATIENCE.toSeconds()));
        };
    }

    private S3Message.Diagnosis unknown(Account account, String why) {
        HubConfig.Account configured = config.selection().accounts().get(account.name());
        String endpoint = configured == null ? null : configured.endpoint();
        String region = configured == null ? null : configured.region();
        return new S3Message.Diagnosis(
                false,
                Objects.requireNonNullElse(endpoint, ""),
                Objects.requireNonNullElse(region, ""),
                new S3Message.Credentials(false, false, false, null, configured == null ? null : configured.profile()),
                null,
                List.of(new S3Message.Step("account", S3Message.Outcome.FAILED, why, "mend it, and check again")));
    }
}
