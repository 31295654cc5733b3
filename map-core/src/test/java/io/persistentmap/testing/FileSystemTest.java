package io.persistentmap.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test method that runs once on each of several file systems.
 *
 * <p>It, its {@code BeforeEach} and its {@code AfterEach} methods may take a {@link
 * java.nio.file.Path}, an empty directory that is deleted after the test, and a {@link
 * FileSystemKind}. Where a file system cannot be mounted, the test is skipped, with the reason.
 */
@TestTemplate
@ExtendWith(FileSystemExtension.class)
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface FileSystemTest {
  /** The kinds; if none, those of {@link OnFileSystems} at the class, and without that, all. */
  FileSystemKind[] value() default {};
}
