package io.hubstorage.integrity;

/** The JDK's {@code jdk.incubator.vector}, which is in no JVM unless somebody asks for it. */
final class VectorModule {
    private static final String NAME = "jdk.incubator.vector";

    private VectorModule() {}

    /**
     * Whether its classes can be used; loads it if need be, for good, as the JVM itself does with the modules of its agents.
     * That needs {@code Add-Exports} in the manifest of the jar. With {@code --add-modules} instead, no JVM takes what it knows
     * of the modules from an archive, and none uses the profiles in an AOT cache. Of a process that has loaded it no cache can be
     * made: whoever records one sets the property {@code hubstorage.vectors} to {@code off}.
     */
    static boolean isThere() {
        if (System.getProperty("hubstorage.vectors", "").equals("off")) {
            return false;
        }
        try {
            if (ModuleLayer.boot().findModule(NAME).isEmpty()) {
                Class.forName("jdk.internal.module.Modules")
                        .getMethod("loadModule", String.class)
                        .invoke(null, NAME);
            }
            Class.forName(NAME + ".IntVector");
            return true;
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            // A Java runtime without the module, or another one than JDK 25.
            return false;
        }
    }
}
