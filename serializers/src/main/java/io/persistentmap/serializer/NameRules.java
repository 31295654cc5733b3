package io.persistentmap.serializer;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/**
 * The rules that say whether the name of a user's class will stand for the same class in the next
 * process, and after the next compilation. Otherwise objects of it would be read as those of
 * another, or not at all.
 */
final class NameRules {
  private final CodecOptions options;
  private final ClassFinder finder;

  NameRules(CodecOptions options, ClassFinder finder) {
    this.options = options;
    this.finder = finder;
  }

  /** Refuses to write objects of a class whose name may be another's, or nobody's, when read. */
  void require(Class<?> type) {
    if (type.isHidden() || (type.isSynthetic() && type.getName().contains("$$Lambda"))) {
      throw Refusal.of(
          type,
          "it is a lambda or a hidden class, which no other virtual machine can read;"
              + " use a class with a name");
    }
    if (Proxy.isProxyClass(type)) {
      throw Refusal.of(type, "it is a dynamic proxy; use a class with a name");
    }
    if (type.getName().indexOf('\t') >= 0 || type.getName().indexOf('\n') >= 0) {
      throw Refusal.of(type, "its name has a tab or a line feed in it");
    }
    requireOneMeaning(type);
    if (!finder.isNamed(type) && !hasClassFile(type)) {
      throw Refusal.of(
          type,
          "it was made at run time: its class loader has no class file of that name, so the next"
              + " process would not find it; store an object of a class of the program, or, if the"
              + " next process has this class, too, add .allow("
              + type.getTypeName().replace('$', '.')
              + ".class) where the map is built");
    }
  }

  /**
   * Refuses a class that is numbered by the compiler, or declared in one that is. Local classes
   * have a number, too, but one by itself has always the first; an alias says which is meant.
   */
  void requireOneMeaning(Class<?> type) {
    for (Class<?> next = type; next != null; next = enclosing(next)) {
      if (next.isAnonymousClass()) {
        throw Refusal.of(
            type,
            (next == type ? "it is" : "it is declared in")
                + " an anonymous class, whose number another class may have after the next"
                + " compilation; use a class with a name");
      }
      Class<?> other = next.isLocalClass() && !isAlias(type) ? sibling(next) : null;
      if (other != null) {
        throw Refusal.of(
            type,
            (next == type ? "it is" : "it is declared in")
                + " one of several local classes of the name "
                + next.getSimpleName()
                + " (another is "
                + other.getName()
                + "), which the compiler numbers, and may number otherwise the next time; move it"
                + " out of the method, or give it a name of its own. What the file has of it is"
                + " read with .alias(\""
                + type.getName()
                + "\", TheRightOne.class)");
      }
    }
  }

  private boolean isAlias(Class<?> type) {
    return options.aliases().containsValue(type);
  }

  private static @Nullable Class<?> enclosing(Class<?> type) {
    try {
      return type.getEnclosingClass();
    } catch (LinkageError incomplete) {
      return null; // its outer class is gone, and all that it declares
    }
  }

  /** Returns another local class of the same simple name in the same outer class, or null. */
  private static @Nullable Class<?> sibling(Class<?> local) {
    String name = local.getName();
    int end = name.length() - local.getSimpleName().length();
    int start = end;
    while (start > 0 && Character.isDigit(name.charAt(start - 1))) {
      start--;
    }
    if (start == end || end - start > 9) {
      return null; // a compiler that gives it the name of its method
    }
    int own = Integer.parseInt(name.substring(start, end));
    for (int number : new int[] {1, 2, own - 1, own + 1}) {
      if (number > 0 && number != own) {
        Class<?> other = load(name.substring(0, start) + number + name.substring(end), local);
        if (other != null) {
          return other;
        }
      }
    }
    return null;
  }

  private static @Nullable Class<?> load(String name, Class<?> neighbour) {
    try {
      return Class.forName(name, false, neighbour.getClassLoader());
    } catch (ClassNotFoundException | LinkageError none) {
      return null;
    }
  }

  private static boolean hasClassFile(Class<?> type) {
    String file = type.getName().replace('.', '/') + ".class";
    ClassLoader loader = type.getClassLoader();
    if ((loader == null ? ClassLoader.getSystemResource(file) : loader.getResource(file)) != null) {
      return true;
    }
    try (InputStream inModule = type.getModule().getResourceAsStream(file)) {
      return inModule != null;
    } catch (IOException unreadable) {
      return false;
    }
  }

  /** Returns whether the name of a class of the JDK is one that the next version has, too. */
  static boolean isPublic(Class<?> ofJdk) {
    for (Class<?> next = ofJdk; next != null; next = next.getEnclosingClass()) {
      if (!Modifier.isPublic(next.getModifiers()) || next.isHidden()) {
        return false;
      }
    }
    return true;
  }
}
