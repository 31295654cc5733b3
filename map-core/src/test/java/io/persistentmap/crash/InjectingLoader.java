package io.persistentmap.crash;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Loads our classes a second time, with a call of {@link Injection#point} before each call and each
 * allocation of those that are named, but for static initialisers.
 */
final class InjectingLoader extends ClassLoader {
  private static final String OURS = "io.persistentmap.";
  private static final List<String> SHARED =
      List.of(Injection.class.getName(), OURS + "testing.", OURS + "crash.InjectingLoader");

  /** Packages whose code is injected into. */
  private static final List<String> INJECTED =
      List.of("", "format.", "log.", "index.", "store.", "value.");

  /** The number of calls and allocations in the classes so far: each has a number of its own. */
  private final AtomicInteger sites = new AtomicInteger();

  /** Methods of the JDK's collections and locks that allocate. */
  private static final Set<String> ADDING =
      Set.of("add", "addAll", "put", "putAll", "copyOf", "copyOfRange", "toArray");

  InjectingLoader() {
    super(InjectingLoader.class.getClassLoader());
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(OURS) || SHARED.stream().anyMatch(name::startsWith)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded != null ? loaded : define(name);
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      byte[] bytes = in.readAllBytes();
      byte[] code = isInjected(name) ? inject(bytes) : bytes;
      return defineClass(name, code, 0, code.length);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }

  private static boolean isInjected(String name) {
    String rest = name.substring(OURS.length());
    String inPackage = rest.substring(0, rest.lastIndexOf('.') + 1);
    return INJECTED.contains(inPackage) && !rest.startsWith("InjectedLife");
  }

  private byte[] inject(byte[] bytes) {
    ClassReader reader = new ClassReader(bytes);
    ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
    reader.accept(new InjectingClass(writer), 0);
    return writer.toByteArray();
  }

  /** Adds the calls to the methods of a class. */
  private final class InjectingClass extends ClassVisitor {
    InjectingClass(ClassVisitor next) {
      super(Opcodes.ASM9, next);
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String descriptor, String signature, String[] exceptions) {
      MethodVisitor next = super.visitMethod(access, name, descriptor, signature, exceptions);
      return "<clinit>".equals(name) ? next : new InjectingMethod(next);
    }
  }

  /** Adds the calls to a method. */
  private final class InjectingMethod extends MethodVisitor {
    private static final String POINT = Type.getInternalName(Injection.class);

    InjectingMethod(MethodVisitor next) {
      super(Opcodes.ASM9, next);
    }

    private void point(boolean allocates) {
      super.visitLdcInsn(sites.getAndIncrement());
      super.visitInsn(allocates ? Opcodes.ICONST_1 : Opcodes.ICONST_0);
      super.visitMethodInsn(Opcodes.INVOKESTATIC, POINT, "point", "(IZ)V", false);
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String descriptor, boolean isInterface) {
      boolean adds = owner.startsWith("java/util/") && ADDING.contains(name);
      boolean queues = "tryLock".equals(name) && descriptor.startsWith("(J");
      point("<init>".equals(name) || adds || queues);
      super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
    }

    @Override
    public void visitInvokeDynamicInsn(
        String name, String descriptor, Handle bootstrap, Object... arguments) {
      point(!descriptor.startsWith("()")); // what captures nothing is made once
      super.visitInvokeDynamicInsn(name, descriptor, bootstrap, arguments);
    }

    @Override
    public void visitTypeInsn(int opcode, String type) {
      if (opcode == Opcodes.ANEWARRAY) { // for NEW, the call of the constructor is the point
        point(true);
      }
      super.visitTypeInsn(opcode, type);
    }

    @Override
    public void visitIntInsn(int opcode, int operand) {
      if (opcode == Opcodes.NEWARRAY) {
        point(true);
      }
      super.visitIntInsn(opcode, operand);
    }

    @Override
    public void visitMultiANewArrayInsn(String descriptor, int dimensions) {
      point(true);
      super.visitMultiANewArrayInsn(descriptor, dimensions);
    }
  }
}
