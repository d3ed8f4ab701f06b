#include <stdio.h>
#include <string.h>
#include <stddef.h>
#include <linux/videodev2.h>
static void out(const char*name,unsigned long code,const void*p,size_t n){const unsigned char*b=p;printf("%s %08lx ",name,code);for(size_t i=0;i<n;i++)printf("%02x",b[i]);printf("\n");}
int main(void){
 struct v4l2_capability c; memset(&c,0,sizeof c); strcpy((char*)c.driver,"stk1160");strcpy((char*)c.card,"stk1160");strcpy((char*)c.bus_info,"usb-0000:00:14.0-1.2");c.version=0x060100;c.capabilities=V4L2_CAP_VIDEO_CAPTURE|V4L2_CAP_STREAMING|V4L2_CAP_READWRITE|V4L2_CAP_DEVICE_CAPS;c.device_caps=V4L2_CAP_VIDEO_CAPTURE|V4L2_CAP_STREAMING|V4L2_CAP_READWRITE;out("QUERYCAP",VIDIOC_QUERYCAP,&c,sizeof c);
 c.device_caps=V4L2_CAP_META_CAPTURE|V4L2_CAP_STREAMING;out("QUERYCAP.meta",VIDIOC_QUERYCAP,&c,sizeof c);
 const char*names[]={"Composite0","Composite1","Composite2","Composite3","S-Video"};
 for(int i=0;i<5;i++){struct v4l2_input v;memset(&v,0,sizeof v);v.index=i;strcpy((char*)v.name,names[i]);v.type=V4L2_INPUT_TYPE_CAMERA;v.std=V4L2_STD_525_60|V4L2_STD_625_50;v.status=i==4?V4L2_IN_ST_NO_SIGNAL:0;v.capabilities=V4L2_IN_CAP_STD;char n[32];sprintf(n,"ENUMINPUT.%d",i);out(n,VIDIOC_ENUMINPUT,&v,sizeof v);}
 struct{const char*n;v4l2_std_id id;int a,b,l;}st[]={{"NTSC",V4L2_STD_NTSC,1001,30000,525},{"NTSC-M",V4L2_STD_NTSC_M,1001,30000,525},{"PAL",V4L2_STD_PAL,1,25,625},{"PAL-BG",V4L2_STD_PAL_BG,1,25,625},{"PAL-M",V4L2_STD_PAL_M,1001,30000,525},{"SECAM",V4L2_STD_SECAM,1,25,625}};
 for(int i=0;i<6;i++){struct v4l2_standard s;memset(&s,0,sizeof s);s.index=i;s.id=st[i].id;strcpy((char*)s.name,st[i].n);s.frameperiod.numerator=st[i].a;s.frameperiod.denominator=st[i].b;s.framelines=st[i].l;char n[32];sprintf(n,"ENUMSTD.%d",i);out(n,VIDIOC_ENUMSTD,&s,sizeof s);}
 struct v4l2_fmtdesc f;memset(&f,0,sizeof f);f.type=V4L2_BUF_TYPE_VIDEO_CAPTURE;strcpy((char*)f.description,"UYVY 4:2:2");f.pixelformat=V4L2_PIX_FMT_UYVY;out("ENUM_FMT.0",VIDIOC_ENUM_FMT,&f,sizeof f);
 f.index=1;f.flags=V4L2_FMT_FLAG_COMPRESSED;strcpy((char*)f.description,"Motion-JPEG");f.pixelformat=V4L2_PIX_FMT_MJPEG;out("ENUM_FMT.1",VIDIOC_ENUM_FMT,&f,sizeof f);
 f.index=2;f.flags=0;strcpy((char*)f.description,"YVYU 4:2:2");f.pixelformat=V4L2_PIX_FMT_YVYU;out("ENUM_FMT.2",VIDIOC_ENUM_FMT,&f,sizeof f);
 struct v4l2_frmsizeenum z;memset(&z,0,sizeof z);z.pixel_format=V4L2_PIX_FMT_UYVY;z.type=V4L2_FRMSIZE_TYPE_STEPWISE;z.stepwise.min_width=360;z.stepwise.max_width=720;z.stepwise.step_width=2;z.stepwise.min_height=288;z.stepwise.max_height=576;z.stepwise.step_height=1;out("ENUM_FRAMESIZES.UYVY.0",VIDIOC_ENUM_FRAMESIZES,&z,sizeof z);
 memset(&z,0,sizeof z);z.pixel_format=V4L2_PIX_FMT_MJPEG;z.type=V4L2_FRMSIZE_TYPE_DISCRETE;z.discrete.width=1280;z.discrete.height=720;out("ENUM_FRAMESIZES.MJPG.0",VIDIOC_ENUM_FRAMESIZES,&z,sizeof z);
 struct v4l2_frmivalenum v;memset(&v,0,sizeof v);v.pixel_format=V4L2_PIX_FMT_MJPEG;v.width=1280;v.height=720;v.type=V4L2_FRMIVAL_TYPE_DISCRETE;v.discrete.numerator=1001;v.discrete.denominator=30000;out("ENUM_FRAMEINTERVALS.MJPG.1280x720.0",VIDIOC_ENUM_FRAMEINTERVALS,&v,sizeof v);
 v.index=1;v.discrete.numerator=1;v.discrete.denominator=25;out("ENUM_FRAMEINTERVALS.MJPG.1280x720.1",VIDIOC_ENUM_FRAMEINTERVALS,&v,sizeof v);
 memset(&v,0,sizeof v);v.pixel_format=V4L2_PIX_FMT_UYVY;v.width=720;v.height=576;v.type=V4L2_FRMIVAL_TYPE_CONTINUOUS;v.stepwise.min.numerator=1;v.stepwise.min.denominator=60;v.stepwise.max.numerator=1;v.stepwise.max.denominator=5;v.stepwise.step.numerator=1;v.stepwise.step.denominator=1;out("ENUM_FRAMEINTERVALS.UYVY.720x576.0",VIDIOC_ENUM_FRAMEINTERVALS,&v,sizeof v);
 int n=1;out("G_INPUT",VIDIOC_G_INPUT,&n,sizeof n);
 v4l2_std_id id=V4L2_STD_PAL;out("G_STD",VIDIOC_G_STD,&id,sizeof id);
}
