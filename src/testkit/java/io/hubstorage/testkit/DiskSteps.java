package io.hubstorage.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeModel;
import java.lang.classfile.MethodModel;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.ProtectionDomain;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Numbers what a process changes on the disk (names that are made, moved and removed, folders, bytes, modes, times), each before it
 * happens, and sends the process SIGKILL at the one it is told. So a kill falls between two steps that anybody can see, wherever the
 * test wants it, however fast the machine is. An agent of the JVM that rewrites the few methods of the JDK by which Java gets to the
 * disk; what a library does by system calls of its own is not seen. Counted are steps below the given folders, and those that name no
 * path from the first of these on.
 */
public final class DiskSteps implements ClassFileTransformer {
    private static final ClassDesc SELF = ClassDesc.of(DiskSteps.class.getName());

    /** Of each class the methods that change something; where the first argument is a path, it is looked at. */
    private static final Map<String, Set<String>> WATCHED = Map.of(
            "sun/nio/fs/UnixNativeDispatcher",
                    Set.of(
                            "open",
                            "link",
                            "unlink",
                            "unlinkat",
                            "rename",
                            "renameat",
                            "mkdir",
                            "rmdir",
                            "chmod",
                            "utimes"),
            "sun/nio/ch/UnixFileDispatcherImpl", Set.of("write", "pwrite", "writev", "truncate", "force"));

    /** {@code O_CREAT} and {@code O_TRUNC} of Linux. */
    private static final int CHANGING = 0x40 | 0x200;

    private static final int KILL = 9;

    private static final AtomicLong COUNT = new AtomicLong();

    private static @Nullable MethodHandle raise;

    private static List<String> folders = List.of();
    private static long last = Long.MAX_VALUE;

    private DiskSteps() {}

    /**
     * The option of a JVM that is to be watched.
     *
     * @param agent see {@link #agent}
     * @param killAt the number of the step that does not happen any more; 0 for none
     * @param count gets the number of all steps when it ends by itself
     */
    public static String option(Path agent, long killAt, Path count, Path... folders) {
        return "-javaagent:%s=%d|%s|%s"
                .formatted(
                        agent,
                        killAt,
                        count,
                        Stream.of(folders).map(Path::toString).collect(Collectors.joining("|")));
    }

    /** Makes the agent's jar, which holds this class alone. */
    public static Path agent(Path folder) throws IOException {
        Path jar = folder.resolve("disk-steps.jar");
        String entry = DiskSteps.class.getName().replace('.', '/') + ".class";
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Premain-Class", DiskSteps.class.getName());
        main.putValue("Can-Retransform-Classes", "true");
        // The JDK's own classes call it, and see no other.
        main.putValue("Boot-Class-Path", jar.getFileName().toString());
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest);
                InputStream bytes = DiskSteps.class.getClassLoader().getResourceAsStream(entry)) {
            out.putNextEntry(new JarEntry(entry));
            bytes.transferTo(out);
        }
        return jar;
    }

    /** Called by the JVM before the program begins. */
    @SuppressWarnings("restricted")
    public static void premain(String arguments, Instrumentation jvm) throws UnmodifiableClassException {
        Linker linker = Linker.nativeLinker();
        raise = linker.downcallHandle(
                linker.defaultLookup().find("raise").orElseThrow(),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        String[] parts = arguments.split("\\|");
        long killAt = Long.parseLong(parts[0]);
        last = killAt == 0 ? Long.MAX_VALUE : killAt;
        folders = Stream.of(parts).skip(2).toList();
        jvm.addTransformer(new DiskSteps(), true);
        for (Class<?> each : jvm.getAllLoadedClasses()) {
            if (WATCHED.containsKey(each.getName().replace('.', '/'))) {
                jvm.retransformClasses(each);
            }
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> write(Path.of(parts[1]))));
    }

    private static void write(Path count) {
        try {
            Files.writeString(count, Long.toString(COUNT.get()));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public byte @Nullable [] transform(
            @Nullable ClassLoader loader,
            String name,
            @Nullable Class<?> loaded,
            @Nullable ProtectionDomain domain,
            byte[] bytes) {
        Set<String> methods = WATCHED.get(name);
        if (loader != null || methods == null) {
            return null;
        }
        ClassFile format = ClassFile.of();
        return format.transformClass(
                format.parse(bytes),
                ClassTransform.transformingMethods(
                        method -> methods.contains(method.methodName().stringValue()), (method, element) -> {
                            if (element instanceof CodeModel body) {
                                method.withCode(code -> {
                                    call(code, body.parent().orElseThrow());
                                    body.forEach(code::with);
                                });
                            } else {
                                method.with(element);
                            }
                        }));
    }

    /** Before a file is opened. */
    public static void opening(Object path, int flags) {
        if ((flags & CHANGING) != 0) {
            changing(path);
        }
    }

    /** Before something is done to a path. */
    public static void changing(Object path) {
        String text = path.toString();
        for (String folder : folders) {
            if (text.startsWith(folder)) {
                step();
                return;
            }
        }
    }

    /** Before something is done to what is open already. */
    public static void changing() {
        if (COUNT.get() > 0) {
            step();
        }
    }

    /** The call that is to come first in a method. */
    private static void call(CodeBuilder code, MethodModel method) {
        boolean path = method.methodTypeSymbol().parameterCount() > 0
                && method.methodTypeSymbol().parameterType(0).displayName().equals("UnixPath");
        if (!path) {
            code.invokestatic(SELF, "changing", MethodTypeDesc.of(ConstantDescs.CD_void));
            return;
        }
        code.aload(0);
        if (method.methodName().equalsString("open")) {
            code.iload(1);
            code.invokestatic(
                    SELF,
                    "opening",
                    MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_Object, ConstantDescs.CD_int));
        } else {
            code.invokestatic(SELF, "changing", MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_Object));
        }
    }

    private static void step() {
        if (COUNT.incrementAndGet() == last) {
            raise();
        }
    }

    private static void raise() {
        try {
            int ignored = (int) Objects.requireNonNull(raise).invokeExact(KILL);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
