import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.net.URL;
import java.net.URLClassLoader;

/**
 * Gives the classes of a jar the stack maps that class files have had since Java 6. An AOT cache takes none without, so each of
 * them would be read from the jar, and verified in the way of old, at every start.
 */
void main(String[] args) throws IOException {
    Path jar = Path.of(args[0]);
    try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()});
            FileSystem files = FileSystems.newFileSystem(jar);
            Stream<Path> found = Files.walk(files.getPath("/"))) {
        ClassFile format = ClassFile.of(
                ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
                ClassFile.ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofResourceParsing(loader)));
        // The code has to go through a transformation of its own: else it is copied as it is.
        ClassTransform renewed = ClassTransform.transformingMethodBodies((code, element) -> code.with(element))
                .andThen((type, element) ->
                        type.with(element instanceof ClassFileVersion ? ClassFileVersion.of(ClassFile.JAVA_8_VERSION, 0) : element));
        for (Path path : found.filter(each -> each.toString().endsWith(".class")).toList()) {
            ClassModel read = format.parse(path);
            if (read.majorVersion() < ClassFile.JAVA_6_VERSION) {
                Files.write(path, format.transformClass(read, renewed));
            }
        }
    }
}
